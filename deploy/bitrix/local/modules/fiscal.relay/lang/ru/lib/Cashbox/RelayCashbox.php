<?php

$MESS['FISCAL_RELAY_CASHBOX_NAME'] = 'FiscalRelay';
$MESS['FISCAL_RELAY_CASHBOX_OFF'] = 'Касса FiscalRelay не включена в настройках модуля.';
$MESS['FISCAL_RELAY_CASHBOX_CONFLICT'] = 'Этот чек уже передан с другим содержимым: проверьте его в FiscalRelay.';
$MESS['FISCAL_RELAY_CASHBOX_FAILED'] = 'Не удалось записать чек для передачи.';
$MESS['FISCAL_RELAY_CASHBOX_WAIT'] = 'Чек ещё не готов.';
