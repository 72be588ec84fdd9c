<?php

use Bitrix\Main\Localization\Loc;
use Fiscal\Relay\Setup\Tables;

Loc::loadMessages(__DIR__ . '/index.php');

global $APPLICATION;

$choices = ['savedata' => 'KEEP', 'force' => 'FORCE', 'properties' => 'PROPERTIES'];
?>
<form action="<?= htmlspecialcharsbx($APPLICATION->GetCurPage()) ?>">
<?= bitrix_sessid_post() ?>
    <input type="hidden" name="lang" value="<?= LANGUAGE_ID ?>">
    <input type="hidden" name="id" value="fiscal.relay">
    <input type="hidden" name="uninstall" value="Y">
    <input type="hidden" name="step" value="2">
    <p><?= Loc::getMessage('FISCAL_RELAY_UNINSTALL_WAITING', ['#COUNT#' => (string)Tables::backlog()]) ?></p>
<?php foreach ($choices as $name => $label) : ?>
    <p><label>
        <input type="checkbox" name="<?= $name ?>" value="Y"<?= $name === 'savedata' ? ' checked' : '' ?>>
        <?= Loc::getMessage('FISCAL_RELAY_UNINSTALL_' . $label) ?>
    </label></p>
<?php endforeach ?>
    <input type="submit" value="<?= Loc::getMessage('FISCAL_RELAY_UNINSTALL_DO') ?>">
</form>
