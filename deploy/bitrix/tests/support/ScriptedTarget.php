<?php

declare(strict_types=1);

namespace Fiscal\Tests;

use Fiscal\Relay\Relay\Target;

/** A target that does with each batch what the test says; keeps how many rows it was given, and the keys it took. */
final class ScriptedTarget implements Target
{
    /** @var list<int> */
    public array $batches = [];
    /** @var list<string> */
    public array $sent = [];

    /** @param \Closure(list<\Fiscal\Relay\Relay\WaitingRow>): ?\Throwable $answer */
    public function __construct(private readonly \Closure $answer)
    {
    }

    public function send(array $rows): void
    {
        $this->batches[] = count($rows);
        $fault = ($this->answer)($rows);
        if ($fault !== null) {
            throw $fault;
        }
        array_push($this->sent, ...array_map(static fn ($row) => $row->eventKey, $rows));
    }

    public function results(string $shop, array $keys): array
    {
        return [];
    }
}
