<?php

declare(strict_types=1);

namespace Fiscal\Relay;

/**
 * A fact could not be written down, and no sweep will find it: say it again. After MySQL's 1213, a deadlock, the
 * transaction that the shop's code had opened is gone with everything in it: that is to be repeated whole.
 *
 * Says the class and the database's own code of what went wrong, and nothing of the statement, which holds the buyer's
 * data: whoever catches this may log it.
 */
final class NotRecorded extends \RuntimeException
{
    /** The fault is told and not kept: a log of Bitrix writes down the causes of an exception too. */
    public function __construct(\Throwable $fault)
    {
        parent::__construct('not recorded: ' . FaultName::of($fault));
    }
}
