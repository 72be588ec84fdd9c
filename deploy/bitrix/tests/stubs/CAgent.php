<?php

declare(strict_types=1);

use Bitrix\Main\Application;

class CAgent
{
    public static function AddAgent(string $call, string $module = '', string $period = 'N', int $interval = 86400): int
    {
        $name = Application::getConnection()->getSqlHelper()->forSql($call);
        Application::getConnection()->queryExecute("INSERT INTO b_agent (NAME, MODULE_ID) VALUES ('$name', '$module')");

        return 1;
    }

    public static function RemoveModuleAgents(string $module): void
    {
        Application::getConnection()->queryExecute("DELETE FROM b_agent WHERE MODULE_ID = '$module'");
    }
}
