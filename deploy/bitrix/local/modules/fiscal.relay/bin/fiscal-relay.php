<?php

declare(strict_types=1);

use Fiscal\Relay\Cli\Command;

if (PHP_SAPI !== 'cli') {
    exit(1);
}

// Seen from <root>/local/modules/fiscal.relay/bin; a module that is linked in needs its root named.
$_SERVER['DOCUMENT_ROOT'] = getenv('FISCAL_RELAY_DOCUMENT_ROOT') ?: dirname(__DIR__, 4);
define('NO_KEEP_STATISTIC', true);
define('NOT_CHECK_PERMISSIONS', true);
define('BX_NO_ACCELERATOR_RESET', true);

if (!is_file($_SERVER['DOCUMENT_ROOT'] . '/bitrix/modules/main/include/prolog_before.php')) {
    fwrite(STDERR, "No Bitrix in {$_SERVER['DOCUMENT_ROOT']}: set FISCAL_RELAY_DOCUMENT_ROOT.\n");
    exit(1);
}
require $_SERVER['DOCUMENT_ROOT'] . '/bitrix/modules/main/include/prolog_before.php';
require_once dirname(__DIR__) . '/include.php';
\Bitrix\Main\Loader::includeModule('sale');

exit((new Command())->run(array_slice($argv, 1)));
