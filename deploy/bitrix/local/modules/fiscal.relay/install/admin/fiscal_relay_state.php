<?php

$page = '/modules/fiscal.relay/admin/state.php';
$root = $_SERVER['DOCUMENT_ROOT'];
require $root . (is_file($root . '/local' . $page) ? '/local' : '/bitrix') . $page;
