<?php

declare(strict_types=1);

// A self-hosted shop with the module, for the demonstration and for the worker's end-to-end test. The first argument is
// JSON: database, relay, behind, shop, directory (see Machine). It reads lines {"id": 1, "do": "orders", "with": {…}} and
// answers each with {"id": 1, "answer": {…}} or {"id": 1, "error": "…"}; the first line it writes has the id 0 and the
// address of its webhook. It ends, and everything that it started, with its standard input.

use Fiscal\Tests\Machine;

require __DIR__ . '/autoload.php';

$say = static function (int $id, string $name, mixed $what): void {
    echo json_encode(['id' => $id, $name => $what], JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n";
    flush();
};
$settings = json_decode($argv[1], true, 512, JSON_THROW_ON_ERROR);
$machine = new Machine(...$settings);
$machine->start();
$say(0, 'answer', ['webhook' => $machine->webhook()]);

stream_set_blocking(STDIN, false);
$heard = '';
while (true) {
    $read = [STDIN];
    $none = null;
    if (stream_select($read, $none, $none, 0, 20000) > 0) {
        $more = (string)fread(STDIN, 1 << 16);
        if ($more === '' && feof(STDIN)) {
            break;
        }
        $heard .= $more;
    }
    while (($end = strpos($heard, "\n")) !== false) {
        $line = json_decode(substr($heard, 0, $end), true, 512, JSON_THROW_ON_ERROR);
        $heard = substr($heard, $end + 1);
        try {
            $say($line['id'], 'answer', $machine->do($line['do'], $line['with'] ?? []));
        } catch (Throwable $fault) {
            $say($line['id'], 'error', get_class($fault) . ': ' . $fault->getMessage());
        }
    }
    $machine->tick();
}
