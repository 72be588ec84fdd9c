<?php

declare(strict_types=1);

namespace Bitrix\Main;

class ModuleManager
{
    public static string $mainVersion = '25.550.0';

    public static function registerModule(string $id): void
    {
        Application::getConnection()->queryExecute("INSERT INTO b_module (ID) VALUES ('$id')");
    }

    public static function unRegisterModule(string $id): void
    {
        Application::getConnection()->queryExecute("DELETE FROM b_module WHERE ID = '$id'");
    }

    public static function isModuleInstalled(string $id): bool
    {
        return (bool)Application::getConnection()->query("SELECT ID AS ID FROM b_module WHERE ID = '$id'")->fetch();
    }

    public static function getVersion(string $id): string
    {
        return self::$mainVersion;
    }
}
