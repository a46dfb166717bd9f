// Owns the few functions of the C mathematics library that are needed, so that no other file names a platform.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

func sine(_ angle: Float) -> Float { sin(angle) }
func cosine(_ angle: Float) -> Float { cos(angle) }
func sine(_ angle: Double) -> Double { sin(angle) }
func cosine(_ angle: Double) -> Double { cos(angle) }
func exponential(_ value: Float) -> Float { exp(value) }
func decimalLogarithm(_ value: Double) -> Double { log10(value) }
func powerOfTen(_ exponent: Double) -> Double { pow(10, exponent) }
