<?php

use Bitrix\Main\Application;
use Bitrix\Main\Config\Option;
use Bitrix\Main\Loader;
use Bitrix\Main\Localization\Loc;
use Bitrix\Main\ModuleManager;
use Fiscal\Relay\FaultName;
use Fiscal\Relay\Setup\Agents;
use Fiscal\Relay\Setup\Events;
use Fiscal\Relay\Setup\Properties;
use Fiscal\Relay\Setup\Registers;
use Fiscal\Relay\Setup\SwitchOn;
use Fiscal\Relay\Setup\Tables;

Loc::loadMessages(__FILE__);

if (class_exists('fiscal_relay')) {
    return;
}

// Bitrix wants this name, in this place, without a namespace.
class fiscal_relay extends CModule
{
    private const LEAST_PHP = '8.1.0';
    private const LEAST_MAIN = '22.200.0';

    public $MODULE_ID = 'fiscal.relay';
    public $MODULE_VERSION;
    public $MODULE_VERSION_DATE;
    public $MODULE_NAME;
    public $MODULE_DESCRIPTION;
    public $PARTNER_NAME = 'FiscalRelay';
    public $PARTNER_URI = '';

    public function __construct()
    {
        $arModuleVersion = [];
        include __DIR__ . '/version.php';
        $this->MODULE_VERSION = $arModuleVersion['VERSION'];
        $this->MODULE_VERSION_DATE = $arModuleVersion['VERSION_DATE'];
        $this->MODULE_NAME = Loc::getMessage('FISCAL_RELAY_MODULE_NAME');
        $this->MODULE_DESCRIPTION = Loc::getMessage('FISCAL_RELAY_MODULE_DESCRIPTION');
    }

    public function DoInstall()
    {
        global $APPLICATION;
        $fault = $this->unfit();
        if ($fault === null) {
            try {
                $this->InstallDB();
                $this->InstallEvents();
                $this->InstallFiles();
            } catch (\Throwable $failure) {
                $fault = FaultName::of($failure);
            }
        }
        if ($fault !== null) {
            $APPLICATION->ThrowException($fault);

            return false;
        }

        return true;
    }

    /** Keeps tables while events wait in them, unless told otherwise; order properties stay unless asked for. */
    public function DoUninstall()
    {
        global $APPLICATION;
        if ((int)($_REQUEST['step'] ?? 0) < 2) {
            $this->load();
            $APPLICATION->IncludeAdminFile(Loc::getMessage('FISCAL_RELAY_UNINSTALL_TITLE'), __DIR__ . '/unstep.php');

            return true;
        }
        $choice = array_intersect_key($_REQUEST, ['savedata' => 1, 'force' => 1, 'properties' => 1]);
        $fault = $this->uninstall(
            ($choice['savedata'] ?? '') === 'Y',
            ($choice['force'] ?? '') === 'Y',
            ($choice['properties'] ?? '') === 'Y'
        );
        if ($fault !== null) {
            $APPLICATION->ThrowException($fault);

            return false;
        }

        return true;
    }

    /** @return ?string why it was not removed */
    public function uninstall(bool $keepData, bool $force, bool $properties): ?string
    {
        $this->load();
        $waiting = Tables::backlog();
        if ($waiting > 0 && !$keepData && !$force) {
            return Loc::getMessage('FISCAL_RELAY_UNINSTALL_BACKLOG', ['#COUNT#' => (string)$waiting]);
        }
        // Kept options must not switch it on again: what the shop did meanwhile, a person has to look at first.
        SwitchOn::off();
        Events::unregister();
        Agents::remove();
        $this->UnInstallFiles();
        if (Loader::includeModule('sale')) {
            Registers::retire();
        }
        if ($properties && Loader::includeModule('sale')) {
            Properties::remove();
        }
        if (!$keepData) {
            Tables::drop();
            Option::delete($this->MODULE_ID);
        }
        ModuleManager::unRegisterModule($this->MODULE_ID);

        return null;
    }

    public function InstallDB()
    {
        $this->load();
        Tables::create();
        if (!ModuleManager::isModuleInstalled($this->MODULE_ID)) {
            ModuleManager::registerModule($this->MODULE_ID);
        }
        Properties::create();
        Agents::add();

        return true;
    }

    public function InstallEvents()
    {
        $this->load();
        // A repeated installation must not leave two handlers.
        Events::unregister();
        Events::register();

        return true;
    }

    public function InstallFiles()
    {
        CopyDirFiles(__DIR__ . '/admin', $_SERVER['DOCUMENT_ROOT'] . '/bitrix/admin', true, true);

        return true;
    }

    public function UnInstallFiles()
    {
        DeleteDirFiles(__DIR__ . '/admin', $_SERVER['DOCUMENT_ROOT'] . '/bitrix/admin');

        return true;
    }

    /** @return ?string why this site cannot have the module */
    public function unfit(): ?string
    {
        if (version_compare(PHP_VERSION, self::LEAST_PHP, '<')) {
            return Loc::getMessage('FISCAL_RELAY_UNFIT_PHP', ['#VERSION#' => self::LEAST_PHP]);
        }
        if (version_compare((string)ModuleManager::getVersion('main'), self::LEAST_MAIN, '<')) {
            return Loc::getMessage('FISCAL_RELAY_UNFIT_MAIN', ['#VERSION#' => self::LEAST_MAIN]);
        }
        if (!extension_loaded('pgsql')) {
            return Loc::getMessage('FISCAL_RELAY_UNFIT_PGSQL');
        }

        if (method_exists(Application::class, 'isUtfMode') && !Application::isUtfMode()) {
            return Loc::getMessage('FISCAL_RELAY_UNFIT_UTF');
        }

        return Loader::includeModule('sale') ? null : Loc::getMessage('FISCAL_RELAY_UNFIT_SALE');
    }

    /** Classes of the module are needed before Bitrix knows it. */
    private function load(): void
    {
        require_once dirname(__DIR__) . '/include.php';
        Loader::includeModule('sale');
    }
}
