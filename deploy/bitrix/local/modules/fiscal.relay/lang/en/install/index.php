<?php

$MESS['FISCAL_RELAY_MODULE_NAME'] = 'FiscalRelay: fiscal receipts';
$MESS['FISCAL_RELAY_MODULE_DESCRIPTION'] = 'Hands over payments, refunds and shipments of the shop: each becomes exactly one receipt.';
$MESS['FISCAL_RELAY_UNFIT_PHP'] = 'PHP #VERSION# or newer is needed.';
$MESS['FISCAL_RELAY_UNFIT_MAIN'] = 'Module main #VERSION# or newer is needed.';
$MESS['FISCAL_RELAY_UNFIT_PGSQL'] = 'The PHP extension pgsql is needed.';
$MESS['FISCAL_RELAY_UNFIT_SALE'] = 'Module sale is needed.';
$MESS['FISCAL_RELAY_UNFIT_UTF'] = 'The site has to work in UTF-8.';
$MESS['FISCAL_RELAY_UNINSTALL_TITLE'] = 'Removing FiscalRelay';
$MESS['FISCAL_RELAY_UNINSTALL_BACKLOG'] = 'Events still waiting: #COUNT#. Let them be handed over, keep the tables, or confirm their loss.';
$MESS['FISCAL_RELAY_UNINSTALL_WAITING'] = 'Events not yet handed over: #COUNT#.';
$MESS['FISCAL_RELAY_UNINSTALL_KEEP'] = 'Keep tables and settings';
$MESS['FISCAL_RELAY_UNINSTALL_FORCE'] = 'Remove although events wait: their receipts will not be made';
$MESS['FISCAL_RELAY_UNINSTALL_PROPERTIES'] = 'Remove the order properties with fiscal data';
$MESS['FISCAL_RELAY_UNINSTALL_DO'] = 'Remove the module';
