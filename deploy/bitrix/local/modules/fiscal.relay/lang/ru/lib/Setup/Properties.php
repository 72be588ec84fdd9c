<?php

$MESS['FISCAL_RELAY_PROPERTY_GROUP'] = 'Фискальные данные';
