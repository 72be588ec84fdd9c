<?php

$MESS['FISCAL_RELAY_STATE_TITLE'] = 'FiscalRelay: состояние передачи';
$MESS['FISCAL_RELAY_STATE_DENIED'] = 'Доступ закрыт.';
$MESS['FISCAL_RELAY_STATE_HEALTHY'] = 'Все события передаются.';
$MESS['FISCAL_RELAY_STATE_UNHEALTHY'] = 'Есть помехи, см. ниже.';
$MESS['FISCAL_RELAY_STATE_YES'] = 'да';
$MESS['FISCAL_RELAY_STATE_NO'] = 'нет';
$MESS['FISCAL_RELAY_STATE_ON'] = 'Включено';
$MESS['FISCAL_RELAY_STATE_SINCE'] = 'С момента';
$MESS['FISCAL_RELAY_STATE_SHOP'] = 'Магазин';
$MESS['FISCAL_RELAY_STATE_WAY'] = 'Способ и приёмник';
$MESS['FISCAL_RELAY_STATE_WAITING'] = 'Ждут передачи';
$MESS['FISCAL_RELAY_STATE_OLDEST'] = 'Самое старое из них';
$MESS['FISCAL_RELAY_STATE_RELAY_AT'] = 'Последняя удачная передача';
$MESS['FISCAL_RELAY_STATE_RELAY_ERROR'] = 'Последняя ошибка передачи';
$MESS['FISCAL_RELAY_STATE_SET_ASIDE'] = 'Отложены: приёмник их не берёт, причина ниже';
$MESS['FISCAL_RELAY_STATE_HELD'] = 'Придержаны: более раннее событие того же заказа отложено (relay --refused, discard)';
$MESS['FISCAL_RELAY_STATE_CHECKS_ERROR'] = 'Ошибка опроса чеков';
$MESS['FISCAL_RELAY_STATE_TIMEZONE'] = 'Часовой пояс PHP (сайта и cron – один)';
$MESS['FISCAL_RELAY_STATE_SWEEP_AT'] = 'Последняя сверка';
$MESS['FISCAL_RELAY_STATE_SWEEP_ERROR'] = 'Ошибка сверки';
$MESS['FISCAL_RELAY_STATE_HANDLERS'] = 'Нет обработчиков событий';
$MESS['FISCAL_RELAY_STATE_RIVALS'] = 'Другие кассы для тех же платёжных систем';
