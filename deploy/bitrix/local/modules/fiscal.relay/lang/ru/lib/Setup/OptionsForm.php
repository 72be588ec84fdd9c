<?php

$MESS['FISCAL_RELAY_OPTION_WAY'] = 'Способ: events – события заказов, cashbox – касса Битрикса';
$MESS['FISCAL_RELAY_OPTION_TARGET'] = 'Куда: postgres – через передачу, direct – Битрикс в той же PostgreSQL';
$MESS['FISCAL_RELAY_OPTION_DATABASE_URL'] = 'Строка подключения к PostgreSQL (пусто – оставить прежнюю)';
$MESS['FISCAL_RELAY_OPTION_DATABASE_URL_FILE'] = 'Файл со строкой подключения';
$MESS['FISCAL_RELAY_OPTION_SHOP'] = 'Код магазина в FiscalRelay';
$MESS['FISCAL_RELAY_OPTION_SHOP_SITE'] = 'Код магазина для сайта #SITE# (пусто – тот же)';
$MESS['FISCAL_RELAY_OPTION_PAY_SYSTEMS'] = 'Платёжные системы через запятую (пусто – все)';
$MESS['FISCAL_RELAY_OPTION_SETTLEMENT_DEFAULT'] = 'Признак расчёта по умолчанию';
$MESS['FISCAL_RELAY_OPTION_SETTLEMENTS'] = 'Правила: платёжная система, служба доставки, признак (например: 3 * full_payment)';
$MESS['FISCAL_RELAY_OPTION_STORES'] = 'Склады через запятую (пусто – все)';
$MESS['FISCAL_RELAY_OPTION_DEFAULT_STORE'] = 'Склад по умолчанию';
$MESS['FISCAL_RELAY_OPTION_UNPAID_PLAIN'] = 'Отметка об оплате снята, деньги не ушли';
$MESS['FISCAL_RELAY_OPTION_UNPAID_INNER'] = 'Возврат на внутренний счёт';
$MESS['FISCAL_RELAY_OPTION_INNER_AS_BONUS'] = 'Оплата с внутреннего счёта – скидка';
$MESS['FISCAL_RELAY_OPTION_PROPERTY_INN'] = 'Свойство заказа с ИНН покупателя';
$MESS['FISCAL_RELAY_OPTION_PROPERTY_COMPANY'] = 'Свойство заказа с названием компании';
$MESS['FISCAL_RELAY_OPTION_PROPERTY_CODES'] = 'Коды свойств заказа для фискальных данных';
$MESS['FISCAL_RELAY_OPTION_BATCH_SIZE'] = 'Событий в одной пачке';
$MESS['FISCAL_RELAY_OPTION_SWEEP_WINDOW_HOURS'] = 'Сверка: за сколько часов просматривать целиком';
$MESS['FISCAL_RELAY_OPTION_SWEEP_GRACE_SECONDS'] = 'Сверка: не трогать заказы моложе, с';
$MESS['FISCAL_RELAY_OPTION_SWEEP_CHUNK'] = 'Сверка: строк за раз';
$MESS['FISCAL_RELAY_OPTION_KEEP_DAYS'] = 'Хранить переданные данные, дней (0 – всегда)';
$MESS['FISCAL_RELAY_OPTION_WRONG'] = 'Неверное значение: #OPTION#';
