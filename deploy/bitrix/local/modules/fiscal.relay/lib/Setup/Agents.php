<?php

declare(strict_types=1);

namespace Fiscal\Relay\Setup;

use Fiscal\Relay\Agent;
use Fiscal\Relay\Module;

final class Agents
{
    private const RELAY_SECONDS = 60;
    private const SWEEP_SECONDS = 300;

    public static function add(): void
    {
        self::remove();
        \CAgent::AddAgent('\\' . Agent::class . '::relay();', Module::ID, 'N', self::RELAY_SECONDS);
        \CAgent::AddAgent('\\' . Agent::class . '::sweep();', Module::ID, 'N', self::SWEEP_SECONDS);
    }

    public static function remove(): void
    {
        \CAgent::RemoveModuleAgents(Module::ID);
    }
}
