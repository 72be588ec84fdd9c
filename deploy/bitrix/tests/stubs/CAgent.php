<?php

declare(strict_types=1);

use Bitrix\Main\Application;
use Bitrix\Main\Loader;

class CAgent
{
    public static function AddAgent(string $call, string $module = '', string $period = 'N', int $interval = 86400): int
    {
        $name = Application::getConnection()->getSqlHelper()->forSql($call);
        Application::getConnection()->queryExecute("INSERT INTO b_agent (NAME, MODULE_ID) VALUES ('$name', '$module')");

        return 1;
    }

    /** As cron does: the agent's own module is loaded, and no other. Answers what the agent is to be called by next. */
    public static function ExecuteAgent(string $method): string
    {
        $row = Application::getConnection()->query(
            "SELECT NAME AS NAME, MODULE_ID AS MODULE_ID FROM b_agent WHERE NAME LIKE '%::$method();'"
        )->fetch();

        return $row && Loader::includeModule($row['MODULE_ID']) ? eval("return $row[NAME]") : '';
    }

    public static function RemoveModuleAgents(string $module): void
    {
        Application::getConnection()->queryExecute("DELETE FROM b_agent WHERE MODULE_ID = '$module'");
    }
}
