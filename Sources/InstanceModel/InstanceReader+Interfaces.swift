// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension InstanceReader {
    /// An interface, and what it takes even where something else is wrong with it.
    struct ReadInterface {
        var interface: Interface?
        var claims = InstanceRules.InterfaceClaims()
    }

    mutating func readInterfaces(_ field: Field) -> [ReadInterface]? {
        reader.sequence(field)?.map { readInterface($0) }
    }

    private static let interfaceKeys = [
        "network", "publish", "mac", "model", "mtu", "queues", "link", "boot_order", "filter", "bandwidth", "isolated",
    ]

    private mutating func readInterface(_ field: Field) -> ReadInterface {
        guard let fields = reader.mapping(field, keys: Self.interfaceKeys) else { return ReadInterface() }
        let network = reader.required("network", in: fields, example: "network: user").flatMap { readNetwork($0) }
        let mac = fields["mac"].flatMap { reader.value($0, matching: MACAddress.pattern, MACAddress.init(parsing:)) }
        let ports = fields["publish"].flatMap { reader.sequence($0) }.map { items in
            items.map { reader.value($0, matching: PublishedPort.pattern, PublishedPort.init(parsing:)) }
        }
        let device = readInterfaceDevice(fields)
        let traffic = readTraffic(fields)
        var read = ReadInterface(claims: InstanceRules.InterfaceClaims(mac: mac))
        if case .user? = network { read.claims.ports = ports ?? [] }
        guard let network else {
            read.claims.ports = ports ?? []
            return read
        }
        if case .user = network {
            let publish = Interface.Network.user(publish: read.claims.ports.compactMap(\.self))
            read.interface = Interface(network: publish, mac: mac, device: device, traffic: traffic)
        } else {
            refuse("publish", in: fields, "only a user network publishes ports", Self.reachable(network))
            read.interface = Interface(network: network, mac: mac, device: device, traffic: traffic)
        }
        read.claims.interface = read.interface
        return read
    }

    private static func reachable(_ network: Interface.Network) -> String {
        network.kind == .bridge
            ? "remove `publish`: a guest on a bridge is reached at its own address"
            : "remove `publish`: the guest is reached at its own address"
    }

    /// Notes that a key may not stand where it does; does nothing where it is absent.
    private mutating func refuse(_ key: String, in fields: Fields, _ rule: String, _ remedy: String) {
        guard let field = fields[key] else { return }
        reader.note(RuleViolation(value: "", rule: rule, remedy: remedy), at: field)
    }

    private mutating func readInterfaceDevice(_ fields: Fields) -> Interface.Device {
        let model = fields["model"].flatMap { reader.choice($0, of: Interface.Model.self) }
        let mtu = fields["mtu"].flatMap { readNumber($0, in: MTU.range, MTU.init) }
        let queues = fields["queues"].flatMap { readNumber($0, in: QueueCount.range, QueueCount.init) }
        let link = fields["link"].flatMap { reader.choice($0, of: Interface.Link.self) }
        let order = fields["boot_order"].flatMap { readNumber($0, in: BootOrder.range, BootOrder.init) }
        return Interface.Device(
            model: model ?? .virtio, mtu: mtu, queues: queues, isLinkUp: link != .down, bootOrder: order)
    }

    /// A whole number that `make` makes a value of; all that it takes is in `range`.
    mutating func readNumber<Value>(
        _ field: Field, in range: ClosedRange<Int>, _ make: (Int) throws(RuleViolation) -> Value
    ) -> Value? {
        guard let number = reader.integer(field, in: range) else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in try make(number) }
    }

    private mutating func readTraffic(_ fields: Fields) -> Interface.Traffic {
        let filter = fields["filter"].flatMap { readFilter($0) }
        let bandwidth = fields["bandwidth"].flatMap { readBandwidth($0) }
        let isIsolated = fields["isolated"].flatMap { reader.boolean($0) }
        return Interface.Traffic(filter: filter, bandwidth: bandwidth, isIsolated: isIsolated ?? false)
    }

    private mutating func readFilter(_ field: Field) -> NetworkFilter? {
        guard let fields = reader.mapping(field, keys: ["name", "parameters"]) else { return nil }
        let name = reader.required("name", in: fields, example: "name: clean-traffic").flatMap {
            reader.value($0, matching: LibvirtName.pattern, LibvirtName.init)
        }
        let known = reader.problems.count
        var parameters: [String: [String]] = [:]
        if let given = fields["parameters"], let variables = reader.mapping(given) {
            for (variable, values) in variables.byKey.sorted(by: { $0.key < $1.key }) {
                parameters[variable] = reader.sequence(values)?.compactMap { readFilterValue($0) }
            }
        }
        guard let name, reader.problems.count == known else { return nil }
        return reader.attempt(at: fields["parameters"] ?? field) { () throws(RuleViolation) in
            try NetworkFilter(name, parameters: parameters)
        }
    }

    private mutating func readFilterValue(_ field: Field) -> String? {
        reader.value(field, matching: NetworkFilter.valuePattern) { text throws(RuleViolation) in
            try NetworkFilter.check(value: text)
            return text
        }
    }

    private mutating func readBandwidth(_ field: Field) -> Bandwidth? {
        guard let fields = reader.mapping(field, keys: ["inbound", "outbound"]) else { return nil }
        let inbound = fields["inbound"].map { readRate($0, keys: ["average", "peak", "burst"]) }
        let outbound = fields["outbound"].map { readRate($0, keys: ["average", "burst"]) }
        // What is there and could not be read was noted.
        guard inbound != .some(nil), outbound != .some(nil) else { return nil }
        return reader.attempt(at: field) { () throws(RuleViolation) in
            try Bandwidth(inbound: inbound ?? nil, outbound: outbound ?? nil)
        }
    }

    private mutating func readRate(_ field: Field, keys: [String]) -> Bandwidth.Rate? {
        guard let fields = reader.mapping(field, keys: keys) else { return nil }
        let average = reader.required("average", in: fields, example: "average: 10 MiB").flatMap { readAmount($0) }
        let peak = fields["peak"].map { readAmount($0) }
        let burst = fields["burst"].map { readAmount($0) }
        guard let average, peak != .some(nil), burst != .some(nil) else { return nil }
        return reader.attempt(at: fields["peak"] ?? field) { () throws(RuleViolation) in
            try Bandwidth.Rate(average: average, peak: peak ?? nil, burst: burst ?? nil)
        }
    }

    private mutating func readAmount(_ field: Field) -> ByteCount? {
        reader.size(field) { amount throws(RuleViolation) in
            try Bandwidth.Rate.check(amount)
            return amount
        }
    }
}
