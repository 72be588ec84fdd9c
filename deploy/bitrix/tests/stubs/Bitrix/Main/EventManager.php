<?php

declare(strict_types=1);

namespace Bitrix\Main;

/** Lasting registrations lie in b_module_to_module, as on a site; others last as long as the process. */
class EventManager
{
    private static ?self $instance = null;
    /** @var list<array<string, mixed>> */
    private array $handlers = [];

    public static function getInstance(): self
    {
        return self::$instance ??= new self();
    }

    public function addEventHandler(string $module, string $event, callable $callback): void
    {
        $this->handlers[] = ['MODULE' => $module, 'EVENT' => strtolower($event), 'CALLBACK' => $callback];
    }

    public function registerEventHandler(
        string $from,
        string $event,
        string $to,
        string $class = '',
        string $method = '',
        int $sort = 100,
    ): void {
        Application::getConnection()->queryExecute(
            'INSERT INTO b_module_to_module (FROM_MODULE_ID, MESSAGE_ID, TO_MODULE_ID, TO_CLASS, TO_METHOD)'
            . ' VALUES (' . implode(', ', array_map(self::quote(...), [$from, $event, $to, $class, $method])) . ')'
        );
    }

    public function unRegisterEventHandler(
        string $from,
        string $event,
        string $to,
        string $class = '',
        string $method = '',
    ): void {
        Application::getConnection()->queryExecute(
            'DELETE FROM b_module_to_module WHERE FROM_MODULE_ID = ' . self::quote($from)
            . ' AND MESSAGE_ID = ' . self::quote($event) . ' AND TO_MODULE_ID = ' . self::quote($to)
            . ' AND TO_CLASS = ' . self::quote($class) . ' AND TO_METHOD = ' . self::quote($method)
        );
    }

    public function findEventHandlers(string $module, string $event): array
    {
        $found = [];
        $rows = Application::getConnection()->query(
            'SELECT TO_MODULE_ID AS TO_MODULE_ID, TO_CLASS AS TO_CLASS, TO_METHOD AS TO_METHOD FROM b_module_to_module'
            . ' WHERE FROM_MODULE_ID = ' . self::quote($module) . ' AND LOWER(MESSAGE_ID) = ' . self::quote(strtolower($event))
        );
        while ($row = $rows->fetch()) {
            $found[] = $row;
        }
        foreach ($this->handlers as $handler) {
            if ($handler['MODULE'] === $module && $handler['EVENT'] === strtolower($event)) {
                $found[] = $handler;
            }
        }

        return $found;
    }

    private static function quote(string $value): string
    {
        return "'" . Application::getConnection()->getSqlHelper()->forSql($value) . "'";
    }
}
