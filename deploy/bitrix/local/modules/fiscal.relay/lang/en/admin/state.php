<?php

$MESS['FISCAL_RELAY_STATE_TITLE'] = 'FiscalRelay: state of the relay';
$MESS['FISCAL_RELAY_STATE_DENIED'] = 'Access denied.';
$MESS['FISCAL_RELAY_STATE_HEALTHY'] = 'All events get through.';
$MESS['FISCAL_RELAY_STATE_UNHEALTHY'] = 'Something is in the way, see below.';
$MESS['FISCAL_RELAY_STATE_YES'] = 'yes';
$MESS['FISCAL_RELAY_STATE_NO'] = 'no';
$MESS['FISCAL_RELAY_STATE_ON'] = 'On';
$MESS['FISCAL_RELAY_STATE_SINCE'] = 'Since';
$MESS['FISCAL_RELAY_STATE_SHOP'] = 'Shop';
$MESS['FISCAL_RELAY_STATE_WAY'] = 'Way in and target';
$MESS['FISCAL_RELAY_STATE_WAITING'] = 'Waiting';
$MESS['FISCAL_RELAY_STATE_OLDEST'] = 'Oldest of them';
$MESS['FISCAL_RELAY_STATE_RELAY_AT'] = 'Last success of the relay';
$MESS['FISCAL_RELAY_STATE_RELAY_ERROR'] = 'Last error of the relay';
$MESS['FISCAL_RELAY_STATE_SET_ASIDE'] = 'Set aside: refused, for the reason below';
$MESS['FISCAL_RELAY_STATE_HELD'] = 'Held back: an earlier event of the same order is set aside (relay --refused, discard)';
$MESS['FISCAL_RELAY_STATE_CHECKS_ERROR'] = 'Error of asking after checks';
$MESS['FISCAL_RELAY_STATE_TIMEZONE'] = 'Time zone of PHP (the same for site and cron)';
$MESS['FISCAL_RELAY_STATE_SWEEP_AT'] = 'Last sweep';
$MESS['FISCAL_RELAY_STATE_SWEEP_ERROR'] = 'Error of the sweep';
$MESS['FISCAL_RELAY_STATE_HANDLERS'] = 'Handlers missing';
$MESS['FISCAL_RELAY_STATE_RIVALS'] = 'Other registers for the same pay systems';
