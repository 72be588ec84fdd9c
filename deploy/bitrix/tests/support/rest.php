<?php

declare(strict_types=1);

// Bitrix's REST by webhook: the module's own method is answered here, against the shop's database of FISCAL_TEST_SHOP;
// what else Bitrix has (orders, catalogue, stores) by the webhook of FISCAL_TEST_BEHIND, if there is one. Run by PHP's web
// server. /rest/<user>/<code>/<method>, the body JSON.

use Bitrix\Main\Application;
use Bitrix\Main\DB\Connection;
use Bitrix\Main\Loader;
use Bitrix\Rest\RestException;
use Fiscal\Relay\Rest\Service;

require __DIR__ . '/autoload.php';

Loader::includeModule('rest');
Loader::includeModule('fiscal.relay');

$reply = static function (int $status, array $answer): void {
    http_response_code($status);
    header('Content-Type: application/json; charset=utf-8');
    echo json_encode($answer + ['time' => ['start' => microtime(true)]], JSON_THROW_ON_ERROR);
};

/** Hands the request on as it is, and its answer back. */
$handOn = static function (string $behind, string $method): void {
    $query = (string)($_SERVER['QUERY_STRING'] ?? '');
    $answer = @file_get_contents($behind . $method . ($query === '' ? '' : "?$query"), false, stream_context_create([
        'http' => [
            'method' => $_SERVER['REQUEST_METHOD'],
            'header' => 'Content-Type: ' . ($_SERVER['CONTENT_TYPE'] ?? 'application/json'),
            'content' => file_get_contents('php://input'),
            'ignore_errors' => true, 'follow_location' => 0, 'timeout' => 60,
        ],
    ]));
    if ($answer === false || preg_match('~^HTTP/\S+ (\d{3})~', $http_response_header[0] ?? '', $status) !== 1) {
        http_response_code(502);

        return;
    }
    http_response_code((int)$status[1]);
    foreach (preg_grep('~^(Content-Type|Retry-After|Location):~i', $http_response_header) as $header) {
        header($header);
    }
    echo $answer;
};

$path = explode('/', trim((string)parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/'));
if (count($path) !== 4 || $path[0] !== 'rest' || $path[2] !== getenv('FISCAL_TEST_WEBHOOK')) {
    $reply(401, ['error' => 'INVALID_CREDENTIALS', 'error_description' => 'Invalid request credentials']);

    return;
}
$behind = (string)getenv('FISCAL_TEST_BEHIND');
$methods = Service::onBuildDescription()[Service::SCOPE];
$method = preg_replace('/\.json$/', '', $path[3]);
$query = json_decode((string)file_get_contents('php://input'), true) ?? [];
$isOurs = isset($methods[$method]) || ($method === 'method.get' && isset($methods[$query['name'] ?? '']));
if (!$isOurs && $behind !== '') {
    $handOn($behind, $path[3]);

    return;
}
Application::setConnection(Connection::fromEnvironment());
\CRestUtil::$admin = true;
try {
    if ($method === 'method.get') {
        $there = isset($methods[$query['name'] ?? '']);
        $reply(200, ['result' => ['isExisting' => $there, 'isAvailable' => $there]]);
    } elseif (isset($methods[$method])) {
        $reply(200, ['result' => $methods[$method]($query)]);
    } else {
        $reply(404, ['error' => 'ERROR_METHOD_NOT_FOUND', 'error_description' => 'Method not found!']);
    }
} catch (RestException $fault) {
    $reply(400, ['error' => $fault->getErrorCode(), 'error_description' => $fault->getMessage()]);
}
