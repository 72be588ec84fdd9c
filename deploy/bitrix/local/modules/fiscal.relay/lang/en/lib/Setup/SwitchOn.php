<?php

$MESS['FISCAL_RELAY_OBSTACLE_SHOP'] = 'Code of the shop: letters, digits, dot, hyphen, underscore.';
$MESS['FISCAL_RELAY_OBSTACLE_SETTLEMENT'] = 'No rule of settlement: #LINE#';
$MESS['FISCAL_RELAY_OBSTACLE_TABLES'] = 'The module’s tables are missing: install it again.';
$MESS['FISCAL_RELAY_OBSTACLE_EVENT'] = 'No handler is registered for #EVENT#';
$MESS['FISCAL_RELAY_OBSTACLE_TARGET'] = 'No access to PostgreSQL: #REASON#';
$MESS['FISCAL_RELAY_OBSTACLE_REGISTER'] = 'Register “#NAME#” (#ID#) prints for #PAY_SYSTEMS#: switch it off, or each payment has two receipts.';
$MESS['FISCAL_RELAY_OBSTACLE_MOMENT'] = 'The moment cannot be in the future.';
$MESS['FISCAL_RELAY_OBSTACLE_NOT_POSTGRES'] = 'Bitrix does not run on PostgreSQL.';
$MESS['FISCAL_RELAY_OBSTACLE_DIRECT'] = 'There is no fiscal.outbox in Bitrix’s database, or no right to write (role fiscal_writer).';
