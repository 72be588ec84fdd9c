<?php

$MESS['FISCAL_RELAY_OBSTACLE_SHOP'] = 'Код магазина: латинские буквы, цифры, точка, дефис, подчёркивание.';
$MESS['FISCAL_RELAY_OBSTACLE_SETTLEMENT'] = 'Непонятное правило расчёта: #LINE#';
$MESS['FISCAL_RELAY_OBSTACLE_TABLES'] = 'Нет таблиц модуля: установите его заново.';
$MESS['FISCAL_RELAY_OBSTACLE_EVENT'] = 'Обработчик события не зарегистрирован: #EVENT#';
$MESS['FISCAL_RELAY_OBSTACLE_TARGET'] = 'Нет доступа к PostgreSQL: #REASON#';
$MESS['FISCAL_RELAY_OBSTACLE_REGISTER'] = 'Касса «#NAME#» (#ID#) уже печатает чеки для: #PAY_SYSTEMS#. Выключите её, иначе чеков будет два.';
$MESS['FISCAL_RELAY_OBSTACLE_MOMENT'] = 'Момент включения не может быть в будущем.';
$MESS['FISCAL_RELAY_OBSTACLE_NOT_POSTGRES'] = 'Битрикс работает не на PostgreSQL.';
$MESS['FISCAL_RELAY_OBSTACLE_DIRECT'] = 'В базе Битрикса нет fiscal.outbox или нет прав на запись (роль fiscal_writer).';
