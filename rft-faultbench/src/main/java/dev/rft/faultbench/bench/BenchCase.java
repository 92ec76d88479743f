package dev.rft.faultbench.bench;

import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.fault.Injection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One thing that happens to a run.
 *
 * @param id names it within its workload and seed
 * @param injections the faults; none for a benign case
 * @param benign the legitimate change; empty when there are faults
 * @param onset the step at which it begins
 */
record BenchCase(String id, List<Injection> injections, Optional<Benign> benign, int onset) {

    BenchCase {
        Objects.requireNonNull(id, "id");
        injections = List.copyOf(injections);
        Objects.requireNonNull(benign, "benign");
        if (onset < 1) {
            throw new IllegalArgumentException("onset: must be >= 1, was " + onset);
        }
        if (benign.isPresent() != injections.isEmpty()) {
            throw new IllegalArgumentException(
                    "case " + id + ": must have either faults or a benign change");
        }
    }

    boolean named(List<String> names) {
        return faulty()
                ? injections.stream().anyMatch(each -> names.contains(each.fault().id()))
                : names.contains("benign");
    }

    boolean has(Fault fault) {
        return injections.stream().anyMatch(each -> each.fault() == fault);
    }

    boolean faulty() {
        return !injections.isEmpty();
    }
}
