namespace Slerp.Engine.Checkpoints;

/// <summary>The element formats the safetensors format names.</summary>
internal enum TensorDType
{
    Bool,
    F4,
    F6E2M3,
    F6E3M2,
    U8,
    I8,
    F8E5M2,
    F8E4M3,
    F8E8M0,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    C64,
    F64,
    I64,
    U64,
}

/// <summary>Names and sizes of the formats.</summary>
internal static class TensorDTypes
{
    /// <summary>The format of a header's dtype string; names are case-sensitive.</summary>
    public static bool TryParse(string name, out TensorDType dtype)
    {
        (dtype, var known) = name switch
        {
            "BOOL" => (TensorDType.Bool, true),
            "F4" => (TensorDType.F4, true),
            "F6_E2M3" => (TensorDType.F6E2M3, true),
            "F6_E3M2" => (TensorDType.F6E3M2, true),
            "U8" => (TensorDType.U8, true),
            "I8" => (TensorDType.I8, true),
            "F8_E5M2" => (TensorDType.F8E5M2, true),
            "F8_E4M3" => (TensorDType.F8E4M3, true),
            "F8_E8M0" => (TensorDType.F8E8M0, true),
            "I16" => (TensorDType.I16, true),
            "U16" => (TensorDType.U16, true),
            "F16" => (TensorDType.F16, true),
            "BF16" => (TensorDType.BF16, true),
            "I32" => (TensorDType.I32, true),
            "U32" => (TensorDType.U32, true),
            "F32" => (TensorDType.F32, true),
            "C64" => (TensorDType.C64, true),
            "F64" => (TensorDType.F64, true),
            "I64" => (TensorDType.I64, true),
            "U64" => (TensorDType.U64, true),
            _ => (TensorDType.Bool, false),
        };
        return known;
    }

    /// <summary>Bits of one element.</summary>
    public static int Bits(this TensorDType dtype) => dtype switch
    {
        TensorDType.F4 => 4,
        TensorDType.F6E2M3 or TensorDType.F6E3M2 => 6,
        TensorDType.Bool or TensorDType.U8 or TensorDType.I8 or TensorDType.F8E5M2 or TensorDType.F8E4M3 or TensorDType.F8E8M0 => 8,
        TensorDType.I16 or TensorDType.U16 or TensorDType.F16 or TensorDType.BF16 => 16,
        TensorDType.I32 or TensorDType.U32 or TensorDType.F32 => 32,
        _ => 64,
    };
}
