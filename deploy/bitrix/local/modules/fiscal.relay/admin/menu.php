<?php

use Bitrix\Main\Localization\Loc;

Loc::loadMessages(__FILE__);

global $APPLICATION;

if ($APPLICATION->GetGroupRight('sale') < 'W') {
    return false;
}

return [
    'parent_menu' => 'global_menu_store',
    'section' => 'fiscal_relay',
    'sort' => 1000,
    'text' => Loc::getMessage('FISCAL_RELAY_MENU'),
    'url' => 'fiscal_relay_state.php?lang=' . LANGUAGE_ID,
    'icon' => 'sale_menu_icon_store',
    'items_id' => 'menu_fiscal_relay',
    'items' => [],
];
