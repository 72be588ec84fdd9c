<?php

$page = '/modules/fiscal.relay/admin/state.php';
require $_SERVER['DOCUMENT_ROOT'] . (is_file($_SERVER['DOCUMENT_ROOT'] . '/local' . $page) ? '/local' : '/bitrix') . $page;
