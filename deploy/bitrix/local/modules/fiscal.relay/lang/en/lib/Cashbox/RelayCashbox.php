<?php

$MESS['FISCAL_RELAY_CASHBOX_NAME'] = 'FiscalRelay';
$MESS['FISCAL_RELAY_CASHBOX_OFF'] = 'The register is not switched on in the module’s settings.';
$MESS['FISCAL_RELAY_CASHBOX_CONFLICT'] = 'This check was handed over before with other content: look at it in FiscalRelay.';
$MESS['FISCAL_RELAY_CASHBOX_FAILED'] = 'The check could not be written down.';
$MESS['FISCAL_RELAY_CASHBOX_WAIT'] = 'The check is not ready yet.';
