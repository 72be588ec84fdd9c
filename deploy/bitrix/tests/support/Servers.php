<?php

declare(strict_types=1);

namespace Fiscal\Tests;

/** A MariaDB and a PostgreSQL of our own, on sockets in a directory that goes with us. Never as root. */
final class Servers
{
    private readonly string $directory;
    private readonly string $binaries;
    /** @var array<string, resource> */
    private array $processes = [];

    public function __construct()
    {
        $this->directory = sys_get_temp_dir() . '/fiscal-bitrix-' . bin2hex(random_bytes(4));
        mkdir($this->directory, 0700);
        $found = glob('/usr/lib/postgresql/*/bin');
        natsort($found);
        $this->binaries = (string)end($found);
        if (posix_getuid() === 0) {
            chown($this->directory, 'postgres');
        }
    }

    public function start(): void
    {
        $this->startShop();
        $this->must([$this->binaries . '/initdb', '-D', "$this->directory/pg", '-U', 'postgres', '-A', 'trust',
            '-E', 'UTF8', '--locale=C.UTF-8', '-N']);
        $this->startPostgres();
        putenv("FISCAL_TEST_PGSQL=host=$this->directory port=5432");
    }

    /** A shop's database alone, where the relay's PostgreSQL is somebody else's. */
    public function startShop(): void
    {
        register_shutdown_function($this->stop(...));
        $this->installMaria();
        $this->startMaria();
        putenv("FISCAL_TEST_MYSQL=$this->directory/maria.sock");
        $maria = new \mysqli('localhost', 'root', '', '', 0, "$this->directory/maria.sock");
        $maria->query('CREATE DATABASE shop DEFAULT CHARSET utf8mb3');
    }

    /** Again, where the machine lacks something for a moment: what is tried here is not MariaDB's installation. */
    private function installMaria(): void
    {
        for ($left = 2;; $left--) {
            try {
                $this->must(['mariadb-install-db', '--no-defaults', "--datadir=$this->directory/maria",
                    '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve',
                    '--innodb-use-native-aio=0', ...$this->mariaUser()]);
                return;
            } catch (Failure $failure) {
                if ($left === 0) {
                    throw $failure;
                }
                exec('rm -rf ' . escapeshellarg("$this->directory/maria"));
            }
        }
    }

    public function startPostgres(): void
    {
        $this->processes['pg'] = $this->spawn([$this->binaries . '/postgres', '-D', "$this->directory/pg",
            '-k', $this->directory, '-c', 'listen_addresses=', '-c', 'fsync=off', '-c', 'synchronous_commit=off',
            '-c', 'full_page_writes=off', '-c', 'timezone=Europe/Moscow']);
        $this->until('PostgreSQL', fn () => @pg_connect(
            "host=$this->directory port=5432 user=postgres dbname=postgres",
            PGSQL_CONNECT_FORCE_NEW
        ) !== false);
    }

    /** As a crash does it: at once, with everything open. */
    public function killPostgres(): void
    {
        $this->signal('pg', SIGQUIT);
    }

    /** As the kernel does it when memory runs out; what was committed is there again after the start. */
    public function killMaria(): void
    {
        $this->signal('maria', SIGKILL);
    }

    public function stop(): void
    {
        $this->signal('pg', SIGINT);
        $this->signal('maria', SIGKILL);
        exec('rm -rf ' . escapeshellarg($this->directory));
    }

    /** A commit outlives the server's process, though not the machine. */
    public function startMaria(): void
    {
        $this->processes['maria'] = $this->spawn(['mariadbd', '--no-defaults', "--datadir=$this->directory/maria",
            '--skip-networking', "--socket=$this->directory/maria.sock", "--pid-file=$this->directory/maria.pid",
            '--innodb-flush-log-at-trx-commit=2', '--innodb-buffer-pool-size=32M', '--skip-log-bin',
            '--innodb-log-file-size=16M', '--default-time-zone=+03:00',
            // The kernel's queues are one stock for the whole machine, and other servers run beside this one.
            '--innodb-use-native-aio=0']);
        mysqli_report(MYSQLI_REPORT_OFF);
        $this->until('MariaDB', fn () => @(new \mysqli())->real_connect(
            'localhost',
            'root',
            '',
            '',
            0,
            "$this->directory/maria.sock"
        ));
    }

    /** @return list<string> */
    private function mariaUser(): array
    {
        return posix_getuid() === 0 ? [] : ['--user=' . posix_getpwuid(posix_getuid())['name']];
    }

    private function signal(string $name, int $signal): void
    {
        if (isset($this->processes[$name])) {
            proc_terminate($this->processes[$name], $signal);
            proc_close($this->processes[$name]);
            unset($this->processes[$name]);
        }
    }

    /** @return resource */
    private function spawn(array $command)
    {
        $log = ['file', "$this->directory/" . basename($command[0]) . '.log', 'a'];
        $pipes = [];

        return proc_open([...$this->asOther(), ...$command], [['file', '/dev/null', 'r'], $log, $log], $pipes, '/');
    }

    private function must(array $command): void
    {
        exec(implode(' ', array_map('escapeshellarg', [...$this->asOther(), ...$command])) . ' 2>&1', $output, $code);
        if ($code !== 0) {
            throw new Failure(basename($command[0]) . ' failed: ' . implode("\n", array_slice($output, -60)));
        }
    }

    /** @return list<string> servers refuse to run as root; setpriv replaces itself, so signals reach the server */
    private function asOther(): array
    {
        return posix_getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'] : [];
    }

    private function until(string $what, callable $isUp): void
    {
        $deadline = microtime(true) + 60;
        while (!$isUp()) {
            if (microtime(true) > $deadline) {
                throw new Failure("$what does not come up");
            }
            usleep(50000);
        }
    }
}
