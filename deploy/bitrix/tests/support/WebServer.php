<?php

declare(strict_types=1);

namespace Fiscal\Tests;

/** PHP's own web server with the script that answers for the portal; it may be killed, and comes again at its address. */
final class WebServer
{
    private const SCRIPT = __DIR__ . '/rest.php';
    private const CODE = 'circlecode';

    /** @var ?resource */
    private mixed $process = null;
    private int $port = 0;

    public function __construct(private readonly string $log)
    {
        register_shutdown_function($this->stop(...));
    }

    public function webhook(): string
    {
        return "http://127.0.0.1:$this->port/rest/1/" . self::CODE . '/';
    }

    public function start(): void
    {
        $deadline = microtime(true) + 30;
        $isNew = $this->port === 0;
        while (!$this->isUp()) {
            if (microtime(true) > $deadline) {
                throw new Failure('the web server does not come up');
            }
            // Somebody else may have got the port: at first another one does as well, later it is waited for.
            if (!$this->isRunning()) {
                $this->stop();
                $this->spawn($isNew);
            }
            usleep(20000);
        }
    }

    private function isUp(): bool
    {
        if (!$this->isRunning()) {
            return false;
        }
        $connection = @stream_socket_client("tcp://127.0.0.1:$this->port", timeout: 1);
        if ($connection !== false) {
            fclose($connection);
        }

        return $connection !== false && $this->isRunning();
    }

    public function isRunning(): bool
    {
        return $this->process !== null && proc_get_status($this->process)['running'];
    }

    private function spawn(bool $anywhere): void
    {
        if ($anywhere) {
            // Below those that the kernel gives to whoever asks for any: it must be there again after a kill.
            for ($try = 0; $try < 100; $try++) {
                $this->port = random_int(20000, 32000);
                $socket = @stream_socket_server("tcp://127.0.0.1:$this->port");
                if ($socket !== false) {
                    fclose($socket);
                    break;
                }
            }
        }
        $log = ['file', $this->log, 'a'];
        $pipes = [];
        $this->process = proc_open(
            [PHP_BINARY, '-d', 'display_errors=stderr', '-S', "127.0.0.1:$this->port", self::SCRIPT],
            [['file', '/dev/null', 'r'], $log, $log],
            $pipes,
            null,
            ['FISCAL_TEST_WEBHOOK' => self::CODE] + getenv()
        );
    }

    public function stop(): void
    {
        if ($this->process !== null) {
            proc_terminate($this->process, SIGKILL);
            proc_close($this->process);
            $this->process = null;
        }
    }
}
