<?php

$MESS['FISCAL_RELAY_OPTIONS_TAB'] = 'Настройки';
$MESS['FISCAL_RELAY_OPTIONS_TITLE'] = 'Подключение, магазин и правила расчётов';
$MESS['FISCAL_RELAY_OPTIONS_SWITCH'] = 'Включение';
$MESS['FISCAL_RELAY_OPTIONS_SWITCH_TITLE'] = 'С какого момента чеки пробивает FiscalRelay';
$MESS['FISCAL_RELAY_OPTIONS_SINCE'] = 'Момент включения: более ранние оплаты не рассматриваются';
$MESS['FISCAL_RELAY_OPTIONS_IS_ON'] = '(включено)';
$MESS['FISCAL_RELAY_OPTIONS_CONFIRMED'] = 'Подтверждаю: с этого момента чеки пробивает FiscalRelay, более ранние оплаты имеют чек';
$MESS['FISCAL_RELAY_OPTIONS_OVERRULE'] = 'Включить или сохранить, даже если другая касса печатает чеки для тех же платёжных систем';
$MESS['FISCAL_RELAY_OPTIONS_SWITCH_ON'] = 'Включить';
$MESS['FISCAL_RELAY_OPTIONS_SWITCH_OFF'] = 'Выключить';
$MESS['FISCAL_RELAY_OPTIONS_CONFIRM_FIRST'] = 'Подтвердите момент включения.';
$MESS['FISCAL_RELAY_OPTIONS_SAVE'] = 'Сохранить';
