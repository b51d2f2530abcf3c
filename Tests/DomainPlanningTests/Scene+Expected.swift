// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

extension Scene {
    /// The document of a common server: two processors, an overlay, a published port, an agent.
    static let expectedServer = #"""
        <domain type="qemu">
          <name>web-1</name>
          <uuid>00000000-0000-4000-8000-000000000001</uuid>
          <metadata>
            <roost:instance xmlns:roost="urn:roost:instance:1" operation="00000000-0000-4000-8000-000000000002\#
        " created="2023-11-14T22:13:20Z">{"agent":true,"disks":[{"image":"base","size":"4 GiB"}],"interfaces":\#
        [{"network":"user","publish":["2222:22"]}],"labels":{},"memory":"512 MiB","name":"web-1","vcpus":2,"ve\#
        rsion":1}</roost:instance>
          </metadata>
          <memory unit="KiB">524288</memory>
          <currentMemory unit="KiB">524288</currentMemory>
          <vcpu>2</vcpu>
          <os>
            <type arch="x86_64" machine="pc-q35-7.2">hvm</type>
          </os>
          <features>
            <acpi/>
            <apic/>
          </features>
          <cpu mode="maximum"/>
          <clock offset="utc">
            <timer name="rtc" tickpolicy="catchup"/>
            <timer name="pit" tickpolicy="delay"/>
            <timer name="hpet" present="no"/>
          </clock>
          <on_poweroff>destroy</on_poweroff>
          <on_reboot>restart</on_reboot>
          <on_crash>destroy</on_crash>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <disk type="file" device="disk">
              <driver name="qemu" type="qcow2" cache="none" io="native" discard="unmap"/>
              <source file="/s/i/disk-0.qcow2"/>
              <backingStore type="file">
                <format type="qcow2"/>
                <source file="/s/images/base.qcow2"/>
                <backingStore/>
              </backingStore>
              <target dev="vda" bus="virtio"/>
              <serial>disk-0</serial>
              <boot order="1"/>
              <alias name="ua-disk-0"/>
            </disk>
            <controller type="usb" model="none"/>
            <controller type="pci" index="0" model="pcie-root"/>
            <controller type="pci" index="1" model="pcie-root-port"/>
            <controller type="pci" index="2" model="pcie-root-port"/>
            <controller type="pci" index="3" model="pcie-root-port"/>
            <controller type="pci" index="4" model="pcie-root-port"/>
            <controller type="pci" index="5" model="pcie-root-port"/>
            <controller type="pci" index="6" model="pcie-root-port"/>
            <controller type="pci" index="7" model="pcie-root-port"/>
            <controller type="pci" index="8" model="pcie-root-port"/>
            <controller type="pci" index="9" model="pcie-root-port"/>
            <controller type="pci" index="10" model="pcie-root-port"/>
            <controller type="pci" index="11" model="pcie-root-port"/>
            <controller type="pci" index="12" model="pcie-root-port"/>
            <controller type="pci" index="13" model="pcie-root-port"/>
            <interface type="user">
              <mac address="52:54:00:18:75:52"/>
              <model type="virtio"/>
              <alias name="ua-net-0"/>
            </interface>
            <serial type="pty">
              <log file="/s/i/console.log" append="on"/>
              <target port="0"/>
            </serial>
            <channel type="unix">
              <source mode="bind" path="/s/agent"/>
              <target type="virtio" name="org.qemu.guest_agent.0"/>
            </channel>
            <memballoon model="virtio"/>
            <rng model="virtio">
              <backend model="random">/dev/urandom</backend>
            </rng>
          </devices>
        </domain>
        """#
}
