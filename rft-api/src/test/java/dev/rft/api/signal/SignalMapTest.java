package dev.rft.api.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SignalMapTest {

    /** Also names of equal hashes, as Aa and BB have them. */
    private static Signal signal(int number) {
        String name =
                Integer.toBinaryString(number).replace("1", "Aa").replace("0", "BB").concat("x");
        return Signal.of(name, "", Signal.Direction.NONE, Signal.Scale.LINEAR);
    }

    @Test
    void copy_anyMap_isEqualInTheOrderOfNames() {
        SplittableRandom random = new SplittableRandom(1);
        for (int size = 0; size < 70; size++) {
            Map<Signal, Double> map = size % 2 == 0 ? new HashMap<>() : new TreeMap<>();
            while (map.size() < size) {
                map.put(signal(random.nextInt(128)), random.nextDouble());
            }
            Map<Signal, Double> copy = SignalMap.copy(map, "values");
            assertThat(copy).isEqualTo(map).hasSameHashCodeAs(map);
            assertThat(copy.keySet()).containsExactlyElementsOf(new TreeMap<>(map).keySet());
            for (int number = 0; number < 128; number++) {
                Signal asked = signal(number);
                assertThat(copy.get(asked)).isEqualTo(map.get(asked));
                assertThat(copy.containsKey(asked)).isEqualTo(map.containsKey(asked));
            }
        }
    }

    @Test
    void copy_changedAfterwards_staysAsItWas() {
        Map<Signal, Double> map = new LinkedHashMap<>(Map.of(signal(1), 1.0));
        Map<Signal, Double> copy = SignalMap.copy(map, "values");
        map.put(signal(2), 2.0);

        assertThat(copy).hasSize(1);
        assertThat(SignalMap.copy(copy, "values")).isSameAs(copy);
        assertThatThrownBy(() -> copy.put(signal(2), 2.0))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> copy.remove(signal(1)))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void copy_missingValue_namesTheSignal() {
        Map<Signal, Double> map = new HashMap<>();
        map.put(Signals.ENTROPY, null);

        assertThatThrownBy(() -> SignalMap.copy(map, "values"))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("values of entropy");
    }

    @Test
    void iterator_atTheEnd_hasNoNext() {
        Iterator<?> entries = SignalMap.copy(Map.of(), "values").entrySet().iterator();

        assertThat(entries.hasNext()).isFalse();
        assertThatThrownBy(entries::next).isInstanceOf(NoSuchElementException.class);
    }
}
