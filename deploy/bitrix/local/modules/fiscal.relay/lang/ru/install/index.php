<?php

$MESS['FISCAL_RELAY_MODULE_NAME'] = 'FiscalRelay: чеки по 54-ФЗ';
$MESS['FISCAL_RELAY_MODULE_DESCRIPTION'] = 'Передаёт оплаты, возвраты и отгрузки магазина: каждое событие становится ровно одним чеком.';
$MESS['FISCAL_RELAY_UNFIT_PHP'] = 'Нужен PHP #VERSION# или новее.';
$MESS['FISCAL_RELAY_UNFIT_MAIN'] = 'Нужен главный модуль #VERSION# или новее.';
$MESS['FISCAL_RELAY_UNFIT_PGSQL'] = 'Нужно расширение PHP pgsql.';
$MESS['FISCAL_RELAY_UNFIT_SALE'] = 'Нужен модуль «Интернет-магазин» (sale).';
$MESS['FISCAL_RELAY_UNFIT_UTF'] = 'Сайт должен работать в UTF-8.';
$MESS['FISCAL_RELAY_UNINSTALL_TITLE'] = 'Удаление модуля FiscalRelay';
$MESS['FISCAL_RELAY_UNINSTALL_BACKLOG'] = 'Ещё не переданы события: #COUNT#. Дождитесь передачи, сохраните таблицы или подтвердите удаление.';
$MESS['FISCAL_RELAY_UNINSTALL_WAITING'] = 'Событий, ещё не переданных в FiscalRelay: #COUNT#.';
$MESS['FISCAL_RELAY_UNINSTALL_KEEP'] = 'Сохранить таблицы и настройки';
$MESS['FISCAL_RELAY_UNINSTALL_FORCE'] = 'Удалить, даже если есть непереданные события: их чеки не будут пробиты';
$MESS['FISCAL_RELAY_UNINSTALL_PROPERTIES'] = 'Удалить свойства заказов с фискальными данными';
$MESS['FISCAL_RELAY_UNINSTALL_DO'] = 'Удалить модуль';
