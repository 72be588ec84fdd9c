<?php

declare(strict_types=1);

// Bitrix's REST by webhook, as far as a worker needs it for the module's own method: run by PHP's web server, against the
// shop's database of FISCAL_TEST_SHOP. /rest/<user>/<code>/<method>, the body JSON.

use Bitrix\Main\Application;
use Bitrix\Main\DB\Connection;
use Bitrix\Rest\RestException;
use Fiscal\Relay\Rest\Service;

require __DIR__ . '/autoload.php';

$reply = static function (int $status, array $answer): void {
    http_response_code($status);
    header('Content-Type: application/json; charset=utf-8');
    echo json_encode($answer + ['time' => ['start' => microtime(true)]], JSON_THROW_ON_ERROR);
};

$path = explode('/', trim((string)parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/'));
if (count($path) !== 4 || $path[0] !== 'rest' || $path[2] !== getenv('FISCAL_TEST_WEBHOOK')) {
    $reply(401, ['error' => 'INVALID_CREDENTIALS', 'error_description' => 'Invalid request credentials']);

    return;
}
Application::setConnection(Connection::fromEnvironment());
\CRestUtil::$admin = true;
$methods = Service::onBuildDescription()[Service::SCOPE];
$query = json_decode((string)file_get_contents('php://input'), true, 512, JSON_THROW_ON_ERROR) ?? [];
$method = preg_replace('/\.json$/', '', $path[3]);
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
