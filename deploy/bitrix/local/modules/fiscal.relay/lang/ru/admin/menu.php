<?php

$MESS['FISCAL_RELAY_MENU'] = 'FiscalRelay: передача чеков';
