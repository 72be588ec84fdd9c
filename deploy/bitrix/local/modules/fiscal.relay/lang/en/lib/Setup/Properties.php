<?php

$MESS['FISCAL_RELAY_PROPERTY_GROUP'] = 'Fiscal data';
