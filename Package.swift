// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "fiscal-relay",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1",
            traits: ["ConfigurationSupport"]),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // Each target may import only targets that stand above it.
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSpawn"),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "Postgres", dependencies: ["CPostgres"], swiftSettings: strict),
        .target(name: "HTTPTransport", dependencies: ["CCurl"], swiftSettings: strict),
        .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: strict),
        .target(name: "JobQueue", dependencies: ["Postgres", logging], swiftSettings: strict),
        .target(name: "Fiscal", swiftSettings: strict),
        .target(name: "FiscalProviders", dependencies: ["Fiscal", "HTTPTransport"], swiftSettings: strict),
        .target(name: "Bitrix", dependencies: ["HTTPTransport"], swiftSettings: strict),
        .target(
            name: "Relay",
            dependencies: [
                "Postgres", "HTTPTransport", "JobQueue", "Fiscal", "FiscalProviders", "Bitrix", "YAML", crypto, logging,
            ],
            resources: [.embedInCode("Schemas"), .embedInCode("Migrations")], swiftSettings: strict),
        .target(
            name: "Gateway",
            dependencies: [
                "FiscalProviders", "Relay", hummingbird, logging, nioCore, nioPosix, serviceLifecycle,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            swiftSettings: strict),
        .target(name: "EmbeddedPostgres", dependencies: ["CSpawn", "Postgres"], swiftSettings: strict),
        .target(
            name: "Sandbox",
            dependencies: [
                crypto, hummingbird, logging, nioCore, nioPosix, serviceLifecycle, subprocess,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "fiscal-relay",
            dependencies: [
                "Bitrix", "CMalloc", "EmbeddedPostgres", "Fiscal", "Gateway", "HTTPTransport", "JobQueue", "Postgres",
                "Relay", "Sandbox",
                logging, serviceLifecycle, subprocess,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        // Tests, and what several of them need.
        .target(
            name: "TestSupport", dependencies: ["Postgres", "EmbeddedPostgres"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "EmbeddedPostgres", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "EmbeddedPostgresTests", dependencies: ["Postgres", "EmbeddedPostgres", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "HTTPTransportTests", dependencies: ["CSpawn", "HTTPTransport"], swiftSettings: strict),
        .testTarget(name: "YAMLTests", dependencies: ["YAML"], swiftSettings: strict),
        .testTarget(
            name: "JobQueueTests", dependencies: ["JobQueue", "Postgres", "EmbeddedPostgres", "TestSupport", logging],
            swiftSettings: strict),
        .testTarget(name: "FiscalTests", dependencies: ["Fiscal"], exclude: ["Data"], swiftSettings: strict),
        .testTarget(
            name: "FiscalProvidersTests",
            dependencies: ["FiscalProviders", "Fiscal", "HTTPTransport", "Sandbox", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "BitrixTests", dependencies: ["Bitrix", "HTTPTransport", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SandboxTests", dependencies: ["Sandbox", nioCore, nioPosix, subprocess], exclude: ["Clients"],
            swiftSettings: strict),
        .testTarget(
            name: "RelayTests",
            dependencies: [
                "Relay", "Bitrix", "Fiscal", "FiscalProviders", "HTTPTransport", "JobQueue", "Postgres",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "Relay", logging, nioCore, nioPosix, serviceLifecycle,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Bitrix", "EmbeddedPostgres", "Fiscal", "Gateway", "HTTPTransport", "JobQueue", "Postgres", "Relay",
                "Sandbox",
                "TestSupport",
                "fiscal-relay", logging, serviceLifecycle, subprocess,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Fiscal", "FiscalProviders", "HTTPTransport", "JobQueue", "Postgres", "Relay", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ChaosTests",
            dependencies: [
                "EmbeddedPostgres", "HTTPTransport", "JobQueue", "Postgres", "Relay", "Sandbox", "TestSupport",
                "fiscal-relay", logging, subprocess,
            ],
            swiftSettings: strict),

        // What a fuzzer calls: seeded mutants in `make test`, libFuzzer in `make fuzz`.
        .target(
            name: "FuzzTargets", dependencies: ["Bitrix", "Fiscal", "FiscalProviders", "JobQueue", "Relay"],
            path: "Tests/FuzzTargets", swiftSettings: strict),
        .testTarget(
            name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"], exclude: ["Corpus"],
            swiftSettings: strict),

        .executableTarget(
            name: "FiscalBenchmarks", dependencies: ["Fiscal", "FiscalProviders", "HTTPTransport"],
            path: "Benchmarks/FiscalBenchmarks", swiftSettings: strict),
    ]
)

// `make fuzz`: our own modules with libFuzzer's instruments, and a program in which it chooses the inputs. The variable
// names the toolchain's library of libFuzzer without its `main`.
if let library = Context.environment["FISCAL_RELAY_FUZZ"] {
    for target in package.targets
    where ["Bitrix", "Fiscal", "FiscalProviders", "FuzzTargets", "Relay"].contains(target.name) {
        target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer"]))
    }
    package.targets.append(
        .executableTarget(
            name: "Fuzzer", dependencies: ["FuzzTargets"], path: "Tests/Fuzzer", exclude: ["run"],
            swiftSettings: strict, linkerSettings: [.unsafeFlags(["-Xlinker", library]), .linkedLibrary("stdc++")]))
}

// `make chaos`: the simulation in a release build, without the targets that it does not need.
if Context.environment["FISCAL_RELAY_SIMULATION"] != nil {
    let needed: Set = [
        "CPostgres", "CCurl", "CSpawn", "CYAML", "Postgres", "HTTPTransport", "YAML", "JobQueue", "Fiscal",
        "FiscalProviders", "Bitrix", "Relay", "EmbeddedPostgres", "TestSupport", "SimulationTests",
    ]
    package.targets.removeAll { !needed.contains($0.name) }
}
