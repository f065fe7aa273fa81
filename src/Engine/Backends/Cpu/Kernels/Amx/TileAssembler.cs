namespace Slerp.Engine.Backends.Cpu.Kernels.Amx;

/// <summary>Writes the few x86-64 instructions that tile routines consist of, as the Intel 64 manual (volume 2) encodes them.</summary>
/// <remarks>.NET has no intrinsics for AMX. Displacements and immediates are always four bytes: plainer, and the routines are short.</remarks>
internal sealed class TileAssembler
{
    private readonly List<byte> _code = [];

    /// <summary>Bytes written so far: where the next instruction begins.</summary>
    public int Position => _code.Count;

    /// <summary>What was written.</summary>
    public byte[] ToArray() => [.. _code];

    /// <summary>ldtilecfg [address]: takes over tile shapes.</summary>
    public TileAssembler LoadConfiguration(Register address)
    {
        Vex(0, 0, address, 0, Prefix.None, 0x49);
        return Memory(0, address, 0);
    }

    /// <summary>tilerelease: gives the tiles back.</summary>
    public TileAssembler ReleaseTiles()
    {
        Vex(0, 0, 0, 0, Prefix.None, 0x49);
        return Emit(0xC0);
    }

    /// <summary>tilezero.</summary>
    public TileAssembler Zero(int tile)
    {
        Vex(0, 0, 0, 0, Prefix.F2, 0x49);
        return Emit(0xC0 | (tile << 3));
    }

    /// <summary>tileloadd: rows from address + displacement on, <paramref name="stride"/> bytes apart.</summary>
    public TileAssembler Load(int tile, Register address, Register stride, int displacement = 0)
    {
        Vex(0, stride, address, 0, Prefix.F2, 0x4B);
        return Rows(tile, address, stride, displacement);
    }

    /// <summary>tilestored: the counterpart of <see cref="Load"/>.</summary>
    public TileAssembler Store(int tile, Register address, Register stride, int displacement = 0)
    {
        Vex(0, stride, address, 0, Prefix.F3, 0x4B);
        return Rows(tile, address, stride, displacement);
    }

    /// <summary>tdpbsud: sums += a (signed bytes) × b (unsigned bytes), exactly.</summary>
    public TileAssembler DotBytes(int sums, int a, int b)
    {
        Vex(0, 0, 0, b, Prefix.F3, 0x5E);
        return Emit(0xC0 | (sums << 3) | a);
    }

    /// <summary>tdpbf16ps: sums += a × b, of bfloat16 in float32.</summary>
    public TileAssembler DotHalves(int sums, int a, int b)
    {
        Vex(0, 0, 0, b, Prefix.F3, 0x5C);
        return Emit(0xC0 | (sums << 3) | a);
    }

    /// <summary>tdpbssd: the same with signed bytes on both sides.</summary>
    public TileAssembler DotSignedBytes(int sums, int a, int b)
    {
        Vex(0, 0, 0, b, Prefix.F2, 0x5E);
        return Emit(0xC0 | (sums << 3) | a);
    }

    /// <summary>vpxord: a vector of zeros.</summary>
    public TileAssembler ZeroVector(int vector)
    {
        Evex(vector, vector, vector >> 3, vector >> 4, Prefix.P66, Map.M0F, isBroadcast: false, 0xEF);
        return Emit(0xC0 | ((vector & 7) << 3) | (vector & 7));
    }

    /// <summary>vmovups vector, [address + displacement].</summary>
    public TileAssembler LoadVector(int vector, Register address, int displacement) =>
        VectorMemory(vector, 0, address, displacement, isBroadcast: false, 0x10);

    /// <summary>vmovups [address + displacement], vector.</summary>
    public TileAssembler StoreVector(int vector, Register address, int displacement) =>
        VectorMemory(vector, 0, address, displacement, isBroadcast: false, 0x11);

    /// <summary>vpmovzxbd: 16 unsigned bytes of memory as integers.</summary>
    public TileAssembler WidenBytes(int vector, Register address, int displacement) =>
        VectorMemory(vector, 0, address, displacement, isBroadcast: false, 0x31, Prefix.P66, Map.M0F38);

    /// <summary>vpslld: integers moved up by a number of bits.</summary>
    public TileAssembler ShiftLeft(int result, int a, int bits)
    {
        // The operation's own number stands where others name a register.
        const int operation = 6;
        Evex(operation, result, a >> 3, a >> 4, Prefix.P66, Map.M0F, isBroadcast: false, 0x72);
        return Emit(0xC0 | (operation << 3) | (a & 7), bits);
    }

    /// <summary>vpaddd: sum = a + b, of integers.</summary>
    public TileAssembler AddIntegers(int sum, int a, int b)
    {
        Evex(sum, a, b >> 3, b >> 4, Prefix.P66, Map.M0F, isBroadcast: false, 0xFE);
        return Emit(0xC0 | ((sum & 7) << 3) | (b & 7));
    }

    /// <summary>vcvtdq2ps: 16 integers of memory as floats.</summary>
    public TileAssembler LoadIntegers(int vector, Register address, int displacement) =>
        VectorMemory(vector, 0, address, displacement, isBroadcast: false, 0x5B);

    /// <summary>vmulps: product = a × one float of memory.</summary>
    public TileAssembler Scale(int product, int a, Register address, int displacement) =>
        VectorMemory(product, a, address, displacement, isBroadcast: true, 0x59);

    /// <summary>vfmadd231ps: sums += a × b, rounded once.</summary>
    public TileAssembler MultiplyAdd(int sums, int a, int b)
    {
        Evex(sums, a, b >> 3, b >> 4, Prefix.P66, Map.M0F38, isBroadcast: false, 0xB8);
        return Emit(0xC0 | ((sums & 7) << 3) | (b & 7));
    }

    /// <summary>vzeroupper: leaves the vector registers as code without vectors expects them.</summary>
    public TileAssembler EndVectors() => Emit(0xC5, 0xF8, 0x77);

    /// <summary>mov target, [address + displacement].</summary>
    public TileAssembler Read(Register target, Register address, int displacement)
    {
        Emit(0x48 | Extension(target, 2) | Extension(address, 0), 0x8B);
        return Memory(target, address, displacement);
    }

    /// <summary>mov target, value.</summary>
    public TileAssembler Set(Register target, int value)
    {
        Emit(0x48 | Extension(target, 0), 0xC7, 0xC0 | Low(target));
        return Immediate(value);
    }

    /// <summary>add target, value.</summary>
    public TileAssembler Add(Register target, int value)
    {
        Emit(0x48 | Extension(target, 0), 0x81, 0xC0 | Low(target));
        return Immediate(value);
    }

    /// <summary>xor target, value.</summary>
    public TileAssembler Flip(Register target, int value)
    {
        Emit(0x48 | Extension(target, 0), 0x81, 0xF0 | Low(target));
        return Immediate(value);
    }

    /// <summary>add target, source.</summary>
    public TileAssembler Add(Register target, Register source) =>
        Emit(0x48 | Extension(source, 2) | Extension(target, 0), 0x01, 0xC0 | (Low(source) << 3) | Low(target));

    /// <summary>add [address + displacement], value: 64 bits of memory.</summary>
    public TileAssembler Add(Register address, int displacement, int value)
    {
        Emit(0x48 | Extension(address, 0), 0x81);
        Memory(0, address, displacement);
        return Immediate(value);
    }

    /// <summary>prefetcht0 [address].</summary>
    public TileAssembler Prefetch(Register address)
    {
        Emit(0x40 | Extension(address, 0), 0x0F, 0x18);
        return Memory((Register)1, address, 0);
    }

    /// <summary>dec counter, jnz target: back to an earlier <see cref="Position"/> until the counter is zero.</summary>
    public TileAssembler Repeat(Register counter, int target)
    {
        Emit(0x48 | Extension(counter, 0), 0xFF, 0xC8 | Low(counter), 0x0F, 0x85);
        return Immediate(target - (Position + sizeof(int)));
    }

    /// <summary>The same with a counter in memory.</summary>
    public TileAssembler Repeat(Register address, int displacement, int target)
    {
        Decrement(address, displacement);
        Emit(0x0F, 0x85);
        return Immediate(target - (Position + sizeof(int)));
    }

    /// <summary>dec [address + displacement], jz: leaves a loop for where <see cref="Land"/> is called with what this returns.</summary>
    public int LeaveAtZero(Register address, int displacement)
    {
        Decrement(address, displacement);
        Emit(0x0F, 0x84);
        Immediate(0);
        return Position;
    }

    /// <summary>Lets a jump written before arrive here.</summary>
    public TileAssembler Land(int jump)
    {
        var distance = Position - jump;
        for (var index = 0; index < sizeof(int); index++)
        {
            _code[jump - sizeof(int) + index] = (byte)(distance >> (8 * index));
        }

        return this;
    }

    /// <summary>ret.</summary>
    public TileAssembler Return() => Emit(0xC3);

    private static int Low(Register register) => (int)register & 7;

    private static int Extension(Register register, int bit) => ((int)register >> 3) << bit;

    /// <summary>The three-byte VEX prefix of opcode map 0F 38, and the opcode. Register extensions and the second source are stored inverted.</summary>
    private void Vex(Register register, Register index, Register address, int secondSource, Prefix prefix, int opcode) =>
        Emit(
            0xC4,
            (0xE0 ^ Extension(register, 7) ^ Extension(index, 6) ^ Extension(address, 5)) | 2,
            ((~secondSource & 15) << 3) | (int)prefix,
            opcode);

    /// <summary>The EVEX prefix for 512 bits, and the opcode. A vector's number has five bits, stored inverted.</summary>
    private void Evex(int register, int firstSource, int bit3, int bit4, Prefix prefix, Map map, bool isBroadcast, int opcode) =>
        Emit(
            0x62,
            (0xF0 ^ (((register >> 3) & 1) << 7) ^ ((bit4 & 1) << 6) ^ ((bit3 & 1) << 5) ^ (((register >> 4) & 1) << 4)) | (int)map,
            ((~firstSource & 15) << 3) | 4 | (int)prefix,
            0x40 | (isBroadcast ? 0x10 : 0) | (((~firstSource >> 4) & 1) << 3),
            opcode);

    private TileAssembler VectorMemory(
        int register, int firstSource, Register address, int displacement, bool isBroadcast, int opcode, Prefix prefix = Prefix.None, Map map = Map.M0F)
    {
        Evex(register, firstSource, (int)address >> 3, 0, prefix, map, isBroadcast, opcode);
        Emit(0x80 | ((register & 7) << 3) | Low(address));
        return Immediate(displacement);
    }

    private void Decrement(Register address, int displacement)
    {
        Emit(0x48 | Extension(address, 0), 0xFF);
        Memory((Register)1, address, displacement);
    }

    private TileAssembler Memory(Register register, Register address, int displacement)
    {
        Emit(0x80 | (Low(register) << 3) | Low(address));
        return Immediate(displacement);
    }

    private TileAssembler Rows(int tile, Register address, Register stride, int displacement)
    {
        Emit(0x84 | (tile << 3), (Low(stride) << 3) | Low(address));
        return Immediate(displacement);
    }

    private TileAssembler Immediate(int value) => Emit(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255);

    private TileAssembler Emit(params ReadOnlySpan<int> bytes)
    {
        foreach (var value in bytes)
        {
            _code.Add((byte)value);
        }

        return this;
    }

    private enum Prefix
    {
        None = 0,
        P66 = 1,
        F3 = 2,
        F2 = 3,
    }

    private enum Map
    {
        M0F = 1,
        M0F38 = 2,
    }
}

/// <summary>General registers that a routine may change; the numbers are their encodings. Rsp, rbp, rbx and r12 to r15 belong to the caller.</summary>
internal enum Register
{
    Rax = 0,
    Rcx = 1,
    Rdx = 2,
    Rsi = 6,

    /// <summary>The first argument.</summary>
    Rdi = 7,
    R8 = 8,
    R9 = 9,
    R10 = 10,
    R11 = 11,
}
