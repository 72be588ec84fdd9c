<?php

use Bitrix\Main\Loader;
use Bitrix\Main\Localization\Loc;
use Fiscal\Relay\Status\Report;

require_once $_SERVER['DOCUMENT_ROOT'] . '/bitrix/modules/main/include/prolog_admin_before.php';

Loc::loadMessages(__FILE__);

global $APPLICATION;

if ($APPLICATION->GetGroupRight('sale') < 'W') {
    $APPLICATION->AuthForm(Loc::getMessage('FISCAL_RELAY_STATE_DENIED'));
}

Loader::includeModule('sale');
Loader::includeModule('fiscal.relay');

$APPLICATION->SetTitle(Loc::getMessage('FISCAL_RELAY_STATE_TITLE'));
require $_SERVER['DOCUMENT_ROOT'] . '/bitrix/modules/main/include/prolog_admin_after.php';

$report = Report::make();
$moment = static fn (?int $seconds): string => $seconds === null ? '–' : date('d.m.Y H:i:s', $seconds);
$rows = [
    'ON' => Loc::getMessage('FISCAL_RELAY_STATE_' . ($report['on'] ? 'YES' : 'NO')),
    'SINCE' => $moment($report['switched_on_at'] ?? null),
    'SHOP' => $report['shop'] ?? '',
    'WAY' => ($report['way'] ?? '') . ', ' . ($report['target'] ?? ''),
    'WAITING' => (string)($report['waiting'] ?? '–'),
    'OLDEST' => $moment($report['oldest_waiting_at'] ?? null),
    'RELAY_AT' => $moment($report['relay_at'] ?? null),
    'RELAY_ERROR' => ($report['relay_error'] ?? null) === null
        ? '–'
        : $report['relay_error'] . ' (' . $moment($report['relay_error_at']) . ')',
    'SET_ASIDE' => (string)($report['set_aside'] ?? '–'),
    'HELD' => (string)($report['held'] ?? '–'),
    'CHECKS_ERROR' => $report['checks_error'] ?? '–',
    'TIMEZONE' => ($report['timezone_expected'] ?? null) === null
        ? ($report['timezone'] ?? '')
        : "$report[timezone] ≠ $report[timezone_expected]",
    'SWEEP_AT' => $moment($report['sweep_at'] ?? null),
    'SWEEP_ERROR' => $report['sweep_error'] ?? '–',
    'HANDLERS' => implode(', ', $report['handlers_missing'] ?? []) ?: '–',
    'RIVALS' => implode(', ', array_column($report['rival_registers'] ?? [], 'name')) ?: '–',
];

CAdminMessage::ShowMessage([
    'TYPE' => $report['healthy'] ? 'OK' : 'ERROR',
    'MESSAGE' => Loc::getMessage('FISCAL_RELAY_STATE_' . ($report['healthy'] ? 'HEALTHY' : 'UNHEALTHY')),
]);
?>
<table class="adm-detail-content-table edit-table">
<?php foreach ($rows as $name => $value) : ?>
    <tr>
        <td width="40%"><?= htmlspecialcharsbx(Loc::getMessage('FISCAL_RELAY_STATE_' . $name)) ?></td>
        <td><?= htmlspecialcharsbx((string)$value) ?></td>
    </tr>
<?php endforeach ?>
<?php foreach ($report['refused'] ?? [] as $row) : ?>
    <tr>
        <td><?= htmlspecialcharsbx($row['shop'] . ' ' . $row['event_key']) ?></td>
        <td><?= htmlspecialcharsbx($row['reason'] . ' (' . $row['attempts'] . ')') ?></td>
    </tr>
<?php endforeach ?>
</table>
<?php
require $_SERVER['DOCUMENT_ROOT'] . '/bitrix/modules/main/include/epilog_admin.php';
