<?php

declare(strict_types=1);

namespace Fiscal\Tests;

/** Calls the module's own commands as cron does, only more often: relay, and now and then sweep, one at a time. */
final class Cron
{
    private const COMMAND = __DIR__ . '/../../local/modules/fiscal.relay/bin/fiscal-relay.php';
    private const PAUSE_SECONDS = 0.2;
    /** Relays between two sweeps. */
    private const RELAYS = 3;

    /** @var ?resource */
    private mixed $process = null;
    private int $runs = 0;
    private float $next = 0;

    public function __construct(private readonly string $log)
    {
        register_shutdown_function($this->stop(...));
    }

    /** Starts what is due, unless something runs. */
    public function tick(): void
    {
        if ($this->process !== null && !proc_get_status($this->process)['running']) {
            $this->stop();
            $this->next = microtime(true) + self::PAUSE_SECONDS;
        }
        if ($this->process === null && microtime(true) >= $this->next) {
            $this->start($this->runs++ % (self::RELAYS + 1) === 0 ? 'sweep' : 'relay');
        }
    }

    /** Kills what runs; if nothing does, a relay that has just begun. */
    public function kill(): void
    {
        if ($this->process === null) {
            $this->start('relay');
        }
        $this->stop();
    }

    /** Nothing of it runs any more. */
    public function stop(): void
    {
        if ($this->process !== null) {
            proc_terminate($this->process, SIGKILL);
            proc_close($this->process);
            $this->process = null;
        }
    }

    private function start(string $command): void
    {
        $log = ['file', $this->log, 'a'];
        $pipes = [];
        $this->process = proc_open([PHP_BINARY, self::COMMAND, $command], [['file', '/dev/null', 'r'], $log, $log], $pipes);
    }
}
