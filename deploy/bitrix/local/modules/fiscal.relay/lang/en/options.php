<?php

$MESS['FISCAL_RELAY_OPTIONS_TAB'] = 'Settings';
$MESS['FISCAL_RELAY_OPTIONS_TITLE'] = 'Connection, shop and rules of settlement';
$MESS['FISCAL_RELAY_OPTIONS_SWITCH'] = 'Switch';
$MESS['FISCAL_RELAY_OPTIONS_SWITCH_TITLE'] = 'From which moment on FiscalRelay makes the receipts';
$MESS['FISCAL_RELAY_OPTIONS_SINCE'] = 'Moment: payments before it are left alone';
$MESS['FISCAL_RELAY_OPTIONS_IS_ON'] = '(is on)';
$MESS['FISCAL_RELAY_OPTIONS_CONFIRMED'] = 'I confirm: FiscalRelay makes the receipts from this moment on; earlier payments have theirs';
$MESS['FISCAL_RELAY_OPTIONS_OVERRULE'] = 'Switch on, or save, although another register prints for the same pay systems';
$MESS['FISCAL_RELAY_OPTIONS_SWITCH_ON'] = 'Switch on';
$MESS['FISCAL_RELAY_OPTIONS_SWITCH_OFF'] = 'Switch off';
$MESS['FISCAL_RELAY_OPTIONS_CONFIRM_FIRST'] = 'Confirm the moment first.';
$MESS['FISCAL_RELAY_OPTIONS_SAVE'] = 'Save';
