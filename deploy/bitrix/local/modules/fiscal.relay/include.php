<?php

declare(strict_types=1);

\Bitrix\Main\Loader::registerNamespace('Fiscal\\Relay', __DIR__ . '/lib');
