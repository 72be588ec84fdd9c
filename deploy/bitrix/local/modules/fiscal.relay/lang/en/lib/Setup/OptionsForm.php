<?php

$MESS['FISCAL_RELAY_OPTION_WAY'] = 'Way in: events of orders, or a cash register of Bitrix';
$MESS['FISCAL_RELAY_OPTION_TARGET'] = 'Target: postgres through the relay, direct if Bitrix lives in the same PostgreSQL';
$MESS['FISCAL_RELAY_OPTION_DATABASE_URL'] = 'Connection string of PostgreSQL (empty: keep)';
$MESS['FISCAL_RELAY_OPTION_DATABASE_URL_FILE'] = 'File with the connection string';
$MESS['FISCAL_RELAY_OPTION_SHOP'] = 'Code of the shop in FiscalRelay';
$MESS['FISCAL_RELAY_OPTION_SHOP_SITE'] = "The shop's code for site #SITE# (empty: the same)";
$MESS['FISCAL_RELAY_OPTION_PAY_SYSTEMS'] = 'Pay systems, comma separated (empty: all)';
$MESS['FISCAL_RELAY_OPTION_SETTLEMENT_DEFAULT'] = 'Settlement by default';
$MESS['FISCAL_RELAY_OPTION_SETTLEMENTS'] = 'Rules: pay system, delivery, settlement (e.g. 3 * full_payment)';
$MESS['FISCAL_RELAY_OPTION_STORES'] = 'Stores, comma separated (empty: all)';
$MESS['FISCAL_RELAY_OPTION_DEFAULT_STORE'] = 'Default store';
$MESS['FISCAL_RELAY_OPTION_UNPAID_PLAIN'] = 'Paid mark taken away, no money left';
$MESS['FISCAL_RELAY_OPTION_UNPAID_INNER'] = 'Return to the inner account';
$MESS['FISCAL_RELAY_OPTION_INNER_AS_BONUS'] = 'Payment from the inner account is a discount';
$MESS['FISCAL_RELAY_OPTION_PROPERTY_INN'] = 'Order property with the buyer’s tax number';
$MESS['FISCAL_RELAY_OPTION_PROPERTY_COMPANY'] = 'Order property with the company’s name';
$MESS['FISCAL_RELAY_OPTION_PROPERTY_CODES'] = 'Codes of the order properties for fiscal data';
$MESS['FISCAL_RELAY_OPTION_BATCH_SIZE'] = 'Events in a batch';
$MESS['FISCAL_RELAY_OPTION_SWEEP_WINDOW_HOURS'] = 'Sweep: hours looked through whole';
$MESS['FISCAL_RELAY_OPTION_SWEEP_GRACE_SECONDS'] = 'Sweep: leave orders alone that were saved within, s';
$MESS['FISCAL_RELAY_OPTION_SWEEP_CHUNK'] = 'Sweep: rows at a time';
$MESS['FISCAL_RELAY_OPTION_KEEP_DAYS'] = 'Keep payloads that were handed over, days (0: for ever)';
$MESS['FISCAL_RELAY_OPTION_WRONG'] = 'Wrong value: #OPTION#';
