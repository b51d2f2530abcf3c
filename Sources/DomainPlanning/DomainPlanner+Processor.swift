// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

import Compute
import DomainXML
import InstanceModel

extension DomainPlanner {
    /// The processor that the guest sees.
    func processor(of instance: Instance) -> DomainXML.Processor {
        var processor = DomainXML.Processor(mode: mode(of: instance.processor?.model))
        processor.topology = instance.processor?.topology.map { topology in
            DomainXML.Processor.Topology(
                sockets: topology.sockets, dies: topology.dies, cores: topology.cores, threads: topology.threads)
        }
        let required = instance.processor?.required ?? []
        let disabled = instance.processor?.disabled ?? []
        processor.features =
            required.map { .init($0.description, .require) } + disabled.map { .init($0.description, .disable) }
        processor.cells = cells(of: instance)
        return processor
    }

    /// Only a PC's processor has models between the host's own and QEMU's, and parts that keep it from migrating.
    private func mode(of model: InstanceModel.Processor.Model?) -> DomainXML.Processor.Mode {
        switch model {
        case .hostModel: .hostModel
        case .hostPassthrough: .hostPassthrough(isMigratable: isPC ? true : nil)
        case .maximum: .maximum(isMigratable: nil)
        case .named(let name): .custom(model: name.description)
        case nil where facts.accelerator == .kvm: isPC ? .hostModel : .hostPassthrough(isMigratable: nil)
        case nil: .maximum(isMigratable: nil)
        }
    }
}
