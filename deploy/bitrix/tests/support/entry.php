<?php

declare(strict_types=1);

// One of the ways into the module in a process of its own, with nothing loaded but what Bitrix loads for it: agent and
// its method; rest, the method and its query as JSON; code, a payment's id and a refund's. Prints JSON.

use Bitrix\Main\Application;
use Bitrix\Main\EventManager;
use Bitrix\Main\Loader;
use Fiscal\Relay\Api;
use Fiscal\Tests\Failure;
use Fiscal\Tests\Log;

require __DIR__ . '/autoload.php';

/** Answers a method of REST as Bitrix's module rest does: its description comes from a handler of our module. */
$rest = static function (string $name, array $query): array {
    Loader::includeModule('rest');
    foreach (EventManager::getInstance()->findEventHandlers('rest', 'OnRestServiceBuildDescription') as $handler) {
        Loader::includeModule($handler['TO_MODULE_ID']);
        foreach ([$handler['TO_CLASS'], $handler['TO_METHOD']]() as $methods) {
            if (isset($methods[$name])) {
                return $methods[$name]($query);
            }
        }
    }
    throw new Failure("no method $name");
};

/** The shop's own code, which has asked for our module alone. */
$code = static function (int $payment, string $refund): bool {
    Loader::includeModule('fiscal.relay');

    return Api::refund($payment, $refund);
};

[, $way, $name, $with] = $argv + ['', '', '', ''];
$answer = match ($way) {
    'agent' => \CAgent::ExecuteAgent($name),
    'rest' => $rest($name, json_decode($with, true, 512, JSON_THROW_ON_ERROR)),
    'code' => $code((int)$name, $with),
};
echo json_encode(['answer' => $answer, 'log' => Log::all()], JSON_THROW_ON_ERROR);
