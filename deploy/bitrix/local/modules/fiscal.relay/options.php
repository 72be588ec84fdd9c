<?php

use Bitrix\Main\Loader;
use Bitrix\Main\Localization\Loc;
use Fiscal\Relay\Options\Settings;
use Fiscal\Relay\Setup\OptionsForm;
use Fiscal\Relay\Setup\SwitchOn;

Loc::loadMessages(__FILE__);

global $APPLICATION, $USER;

if (!$USER->IsAdmin()) {
    return;
}

Loader::includeModule('sale');
Loader::includeModule('fiscal.relay');

$faults = [];
$isPost = ($_SERVER['REQUEST_METHOD'] ?? '') === 'POST' && check_bitrix_sessid();
if ($isPost && isset($_POST['save'])) {
    $faults = OptionsForm::save($_POST, ($_POST['overrule'] ?? '') === 'Y');
}
if ($isPost && isset($_POST['switch_on'])) {
    $since = strtotime((string)($_POST['since'] ?? ''));
    $faults = ($_POST['confirmed'] ?? '') === 'Y'
        ? SwitchOn::on((int)$since, ($_POST['overrule'] ?? '') === 'Y')
        : [Loc::getMessage('FISCAL_RELAY_OPTIONS_CONFIRM_FIRST')];
}
if ($isPost && isset($_POST['switch_off'])) {
    SwitchOn::off();
}
foreach ($faults as $fault) {
    CAdminMessage::ShowMessage($fault);
}

$tabs = new CAdminTabControl('fiscal_relay_options', [
    [
        'DIV' => 'settings',
        'TAB' => Loc::getMessage('FISCAL_RELAY_OPTIONS_TAB'),
        'TITLE' => Loc::getMessage('FISCAL_RELAY_OPTIONS_TITLE'),
    ],
    [
        'DIV' => 'switch',
        'TAB' => Loc::getMessage('FISCAL_RELAY_OPTIONS_SWITCH'),
        'TITLE' => Loc::getMessage('FISCAL_RELAY_OPTIONS_SWITCH_TITLE'),
    ],
]);
$action = $APPLICATION->GetCurPage() . '?mid=fiscal.relay&lang=' . LANGUAGE_ID;
$tabs->Begin();
?>
<form method="post" action="<?= htmlspecialcharsbx($action) ?>">
<?= bitrix_sessid_post() ?>
<?php $tabs->BeginNextTab() ?>
<?php foreach (OptionsForm::fields() as $name => $field) : ?>
    <tr>
        <td width="40%"><?= htmlspecialcharsbx($field['label']) ?></td>
        <td>
        <?php if ($field['type'] === 'select') : ?>
            <select name="<?= $name ?>">
            <?php foreach ($field['values'] as $value) : ?>
                <option value="<?= $value ?>"<?= $field['value'] === $value ? ' selected' : '' ?>><?= $value ?></option>
            <?php endforeach ?>
            </select>
        <?php elseif ($field['type'] === 'lines') : ?>
            <textarea name="<?= $name ?>" rows="6" cols="60"><?= htmlspecialcharsbx($field['value']) ?></textarea>
        <?php else : ?>
            <input type="<?= $field['type'] ?>" size="60" name="<?= $name ?>" autocomplete="off"
                value="<?= htmlspecialcharsbx($field['value']) ?>">
        <?php endif ?>
        </td>
    </tr>
<?php endforeach ?>
<?php $tabs->BeginNextTab() ?>
    <tr>
        <td width="40%"><?= Loc::getMessage('FISCAL_RELAY_OPTIONS_SINCE') ?></td>
        <td>
            <input type="text" name="since" value="<?= date('Y-m-d H:i:s', SwitchOn::proposed()) ?>">
            <?= Settings::isOn() ? Loc::getMessage('FISCAL_RELAY_OPTIONS_IS_ON') : '' ?>
        </td>
    </tr>
    <tr>
        <td><label for="confirmed"><?= Loc::getMessage('FISCAL_RELAY_OPTIONS_CONFIRMED') ?></label></td>
        <td><input type="checkbox" id="confirmed" name="confirmed" value="Y"></td>
    </tr>
    <tr>
        <td><label for="overrule"><?= Loc::getMessage('FISCAL_RELAY_OPTIONS_OVERRULE') ?></label></td>
        <td><input type="checkbox" id="overrule" name="overrule" value="Y"></td>
    </tr>
    <tr>
        <td></td>
        <td>
            <input type="submit" name="switch_on" value="<?= Loc::getMessage('FISCAL_RELAY_OPTIONS_SWITCH_ON') ?>">
            <input type="submit" name="switch_off" value="<?= Loc::getMessage('FISCAL_RELAY_OPTIONS_SWITCH_OFF') ?>">
        </td>
    </tr>
<?php $tabs->Buttons() ?>
    <input type="submit" name="save" value="<?= Loc::getMessage('FISCAL_RELAY_OPTIONS_SAVE') ?>" class="adm-btn-save">
<?php $tabs->End() ?>
</form>
