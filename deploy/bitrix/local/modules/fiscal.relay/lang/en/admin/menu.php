<?php

$MESS['FISCAL_RELAY_MENU'] = 'FiscalRelay: state';
