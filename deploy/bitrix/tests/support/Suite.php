<?php

declare(strict_types=1);

namespace Fiscal\Tests;

use Bitrix\Main\Application;

/** Methods named test…; those that take a kind run for every kind of shop's database. */
abstract class Suite
{
    /** @return array{0: int, 1: int} passed and failed */
    public static function runAll(string $filter, bool $quiet = false): array
    {
        $passed = $failed = 0;
        foreach (glob(__DIR__ . '/../cases/*Suite.php') ?: [] as $file) {
            $class = 'Fiscal\\Tests\\Cases\\' . basename($file, '.php');
            $suite = new $class();
            foreach (get_class_methods($suite) as $method) {
                if (!str_starts_with($method, 'test')) {
                    continue;
                }
                $takesKind = (new \ReflectionMethod($suite, $method))->getNumberOfParameters() > 0;
                foreach ($takesKind ? Site::KINDS : [''] as $kind) {
                    $name = basename($file, '.php') . '.' . $method . ($kind === '' ? '' : "[$kind]");
                    if ($filter !== '' && !str_contains($name, $filter)) {
                        continue;
                    }
                    try {
                        if ($takesKind) {
                            Site::fresh($kind);
                            $suite->$method($kind);
                        } else {
                            $suite->$method();
                        }
                        $passed++;
                        if (!$quiet) {
                            echo "ok   $name\n";
                        }
                    } catch (\Throwable $fault) {
                        $failed++;
                        $where = $fault instanceof Failure ? $fault->getTrace()[1]['line'] ?? '' : $fault->getFile()
                            . ':' . $fault->getLine();
                        echo "FAIL $name: line $where: " . $fault->getMessage() . "\n";
                        foreach (Application::$log as $logged) {
                            echo '     logged: ' . $logged->getMessage() . ' ' . basename($logged->getFile()) . ':'
                                . $logged->getLine() . "\n";
                        }
                    }
                }
            }
        }

        return [$passed, $failed];
    }

    protected function same(mixed $expected, mixed $actual, string $what = ''): void
    {
        if ($expected !== $actual) {
            throw new Failure($what . ' expected ' . json_encode($expected, JSON_UNESCAPED_UNICODE)
                . ', got ' . json_encode($actual, JSON_UNESCAPED_UNICODE | JSON_PARTIAL_OUTPUT_ON_ERROR));
        }
    }

    protected function true(bool $condition, string $what = ''): void
    {
        if (!$condition) {
            throw new Failure("not so: $what");
        }
    }

    protected function throws(string $class, callable $work): \Throwable
    {
        try {
            $work();
        } catch (\Throwable $fault) {
            if ($fault instanceof $class) {
                return $fault;
            }
            throw $fault;
        }
        throw new Failure("no $class was thrown");
    }

    protected function quiet(): void
    {
        foreach (Application::$log as $fault) {
            throw $fault;
        }
    }
}
