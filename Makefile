# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Roost authors

SWIFT ?= swift
PREFIX ?= /usr/local
SWIFT_SOURCES = Package.swift Sources Tests Benchmarks
PRODUCT = roost
# Swift's runtime and Foundation inside the program: it needs no Swift where it runs. Packed
# relocations, no exported names, and functions in the order of hack/roost.order (which
# hack/symbol-order makes) keep it small in memory. Metadata that is not asked for by mangled name
# spares a search through all conformances for each generic type: a fifth of a list's instructions.
LINKER = -Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs -Xlinker --no-export-dynamic \
	-Xlinker --symbol-ordering-file=$(CURDIR)/hack/roost.order -Xlinker --no-warn-symbol-ordering
RELEASE = -c release --static-swift-stdlib -Xswiftc -Xfrontend -Xswiftc -function-sections \
	-Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors $(LINKER) $(LINK_MAP)

.PHONY: help demo build test chaos fuzz lint format bench docs install clean bootstrap corpus lab-up lab-down
.DEFAULT_GOAL := help

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

bootstrap: ## Install the packages that Roost needs
	@hack/bootstrap

demo: bootstrap ## Install what is missing, build, and run the main job on a real guest
	@hack/demo

build: ## Build the roost command in release mode
	$(SWIFT) build $(RELEASE) --product $(PRODUCT)

test: bootstrap ## Install what is missing and run every test, real guests included
	@hack/test

chaos: bootstrap ## Break everything: each fault suite, then random faults for CHAOS_SECONDS (1200)
	@hack/chaos

fuzz: bootstrap ## Have documents read that were changed at random, for FUZZ_SECONDS (300), and a million hostile texts
	@hack/fuzz

lint: ## Check format, documentation, warnings and shell scripts
	@hack/lint

format: ## Format the Swift sources
	$(SWIFT) format --in-place --parallel --recursive $(SWIFT_SOURCES)

bench: bootstrap ## Measure against C programs and virsh in the same run
	@hack/bench

lab-up: bootstrap ## Bring up two hosts with a privileged libvirtd each, and print their URIs
	@hack/lab/up

lab-down: ## Take the two hosts down without a trace
	@hack/lab/down

corpus: ## Get libvirt's own test documents, which the tests read, and print where they are
	@hack/corpus

docs: ## Build the reference documentation of the library
	@hack/docs

install: build ## Install the roost command below PREFIX
	install -D -s -m 0755 .build/release/roost $(DESTDIR)$(PREFIX)/bin/roost

clean: ## Remove what was built
	$(SWIFT) package clean
	rm -rf .build .bench
