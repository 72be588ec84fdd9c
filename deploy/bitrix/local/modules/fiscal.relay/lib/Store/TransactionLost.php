<?php

declare(strict_types=1);

namespace Fiscal\Relay\Store;

/**
 * MySQL has chosen our statement as the victim of a deadlock and rolled back the transaction that the shop had opened,
 * with the change that we were to record. Kept to ourselves, the shop would go on and commit what is left.
 */
final class TransactionLost extends \RuntimeException
{
    public function __construct()
    {
        parent::__construct('a deadlock has rolled back the open transaction: repeat it');
    }
}
