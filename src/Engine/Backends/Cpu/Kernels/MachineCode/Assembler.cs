namespace Slerp.Engine.Backends.Cpu.Kernels.MachineCode;

/// <summary>Writes the few x86-64 instructions that our routines consist of, as the Intel 64 manual (volume 2) encodes them.</summary>
/// <remarks>.NET has no intrinsics for AMX, nor for the 8-bit dot products of AVX-512. Displacements and immediates are always four bytes: plainer, and the routines are short.</remarks>
internal sealed class Assembler
{
    private readonly List<byte> _code = [];

    /// <summary>Bytes written so far: where the next instruction begins.</summary>
    public int Position => _code.Count;

    /// <summary>What was written.</summary>
    public byte[] ToArray() => [.. _code];

    /// <summary>ldtilecfg [address]: takes over tile shapes.</summary>
    public Assembler LoadConfiguration(Register address)
    {
        Vex(0, 0, address, 0, Prefix.None, 0x49);
        return Memory(0, address, 0);
    }

    /// <summary>tilerelease: gives the tiles back.</summary>
    public Assembler ReleaseTiles()
    {
        Vex(0, 0, 0, 0, Prefix.None, 0x49);
        return Emit(0xC0);
    }

    /// <summary>tilezero.</summary>
    public Assembler Zero(int tile)
    {
        Vex(0, 0, 0, 0, Prefix.F2, 0x49);
        return Emit(0xC0 | (tile << 3));
    }

    /// <summary>tileloadd: rows from address + displacement on, <paramref name="stride"/> bytes apart.</summary>
    public Assembler Load(int tile, Register address, Register stride, int displacement = 0)
    {
        Vex(0, stride, address, 0, Prefix.F2, 0x4B);
        return Rows(tile, address, stride, displacement);
    }

    /// <summary>tilestored: the counterpart of <see cref="Load"/>.</summary>
    public Assembler Store(int tile, Register address, Register stride, int displacement = 0)
    {
        Vex(0, stride, address, 0, Prefix.F3, 0x4B);
        return Rows(tile, address, stride, displacement);
    }

    /// <summary>tdpbsud: sums += a (signed bytes) × b (unsigned bytes), exactly.</summary>
    public Assembler DotBytes(int sums, int a, int b)
    {
        Vex(0, 0, 0, b, Prefix.F3, 0x5E);
        return Emit(0xC0 | (sums << 3) | a);
    }

    /// <summary>tdpbf16ps: sums += a × b, of bfloat16 in float32.</summary>
    public Assembler DotHalves(int sums, int a, int b)
    {
        Vex(0, 0, 0, b, Prefix.F3, 0x5C);
        return Emit(0xC0 | (sums << 3) | a);
    }

    /// <summary>tdpbssd: the same with signed bytes on both sides.</summary>
    public Assembler DotSignedBytes(int sums, int a, int b)
    {
        Vex(0, 0, 0, b, Prefix.F2, 0x5E);
        return Emit(0xC0 | (sums << 3) | a);
    }

    /// <summary>vpxord: a vector of zeros.</summary>
    public Assembler ZeroVector(int vector)
    {
        Evex(vector, vector, vector >> 3, vector >> 4, Prefix.P66, Map.M0F, isBroadcast: false, 0xEF);
        return Emit(0xC0 | ((vector & 7) << 3) | (vector & 7));
    }

    /// <summary>vmovups vector, [address + displacement].</summary>
    public Assembler LoadVector(int vector, Register address, int displacement) =>
        VectorMemory(vector, 0, address, displacement, isBroadcast: false, 0x10);

    /// <summary>vmovups [address + displacement], vector.</summary>
    public Assembler StoreVector(int vector, Register address, int displacement) =>
        VectorMemory(vector, 0, address, displacement, isBroadcast: false, 0x11);

    /// <summary>vpmovzxbd: 16 unsigned bytes of memory as integers.</summary>
    public Assembler WidenBytes(int vector, Register address, int displacement) =>
        VectorMemory(vector, 0, address, displacement, isBroadcast: false, 0x31, Prefix.P66, Map.M0F38);

    /// <summary>vpslld: integers moved up by a number of bits.</summary>
    public Assembler ShiftLeft(int result, int a, int bits) => Shift(6, result, a, bits);

    /// <summary>vpsrld: integers moved down by a number of bits; zeros come in.</summary>
    public Assembler ShiftRight(int result, int a, int bits) => Shift(2, result, a, bits);

    /// <summary>vpandd: result = a and b.</summary>
    public Assembler And(int result, int a, int b) => Bits(result, a, b, 0xDB);

    /// <summary>vpord: result = a or b.</summary>
    public Assembler Or(int result, int a, int b) => Bits(result, a, b, 0xEB);

    /// <summary>vpaddd: sum = a + b, of integers.</summary>
    public Assembler AddIntegers(int sum, int a, int b) => Bits(sum, a, b, 0xFE);

    /// <summary>vpbroadcastd: one integer of memory in all places.</summary>
    public Assembler BroadcastInteger(int vector, Register address, int displacement) =>
        VectorMemory(vector, 0, address, displacement, isBroadcast: false, 0x58, Prefix.P66, Map.M0F38);

    /// <summary>vpdpbusd: sums += a (unsigned bytes) × four signed bytes of memory, exactly; each four neighbours of a into one sum.</summary>
    public Assembler DotBytes(int sums, int a, Register address, int displacement) =>
        VectorMemory(sums, a, address, displacement, isBroadcast: true, 0x50, Prefix.P66, Map.M0F38);

    /// <summary>vcvtdq2ps: integers as floats.</summary>
    public Assembler ConvertIntegers(int vector, int source)
    {
        Evex(vector, 0, source >> 3, source >> 4, Prefix.None, Map.M0F, isBroadcast: false, 0x5B);
        return Emit(0xC0 | ((vector & 7) << 3) | (source & 7));
    }

    /// <summary>vcvtdq2ps: 16 integers of memory as floats.</summary>
    public Assembler LoadIntegers(int vector, Register address, int displacement) =>
        VectorMemory(vector, 0, address, displacement, isBroadcast: false, 0x5B);

    /// <summary>vmulps: product = a × one float of memory.</summary>
    public Assembler Scale(int product, int a, Register address, int displacement) =>
        VectorMemory(product, a, address, displacement, isBroadcast: true, 0x59);

    /// <summary>vfmadd231ps: sums += a × b, rounded once.</summary>
    public Assembler MultiplyAdd(int sums, int a, int b)
    {
        Evex(sums, a, b >> 3, b >> 4, Prefix.P66, Map.M0F38, isBroadcast: false, 0xB8);
        return Emit(0xC0 | ((sums & 7) << 3) | (b & 7));
    }

    /// <summary>vzeroupper: leaves the vector registers as code without vectors expects them.</summary>
    public Assembler EndVectors() => Emit(0xC5, 0xF8, 0x77);

    /// <summary>mov target, [address + displacement].</summary>
    public Assembler Read(Register target, Register address, int displacement)
    {
        Emit(0x48 | Extension(target, 2) | Extension(address, 0), 0x8B);
        return Memory(target, address, displacement);
    }

    /// <summary>mov target, value.</summary>
    public Assembler Set(Register target, int value)
    {
        Emit(0x48 | Extension(target, 0), 0xC7, 0xC0 | Low(target));
        return Immediate(value);
    }

    /// <summary>add target, value.</summary>
    public Assembler Add(Register target, int value)
    {
        Emit(0x48 | Extension(target, 0), 0x81, 0xC0 | Low(target));
        return Immediate(value);
    }

    /// <summary>xor target, value.</summary>
    public Assembler Flip(Register target, int value)
    {
        Emit(0x48 | Extension(target, 0), 0x81, 0xF0 | Low(target));
        return Immediate(value);
    }

    /// <summary>add target, source.</summary>
    public Assembler Add(Register target, Register source) =>
        Emit(0x48 | Extension(source, 2) | Extension(target, 0), 0x01, 0xC0 | (Low(source) << 3) | Low(target));

    /// <summary>add [address + displacement], value: 64 bits of memory.</summary>
    public Assembler Add(Register address, int displacement, int value)
    {
        Emit(0x48 | Extension(address, 0), 0x81);
        Memory(0, address, displacement);
        return Immediate(value);
    }

    /// <summary>prefetcht0 [address + displacement].</summary>
    public Assembler Prefetch(Register address, int displacement = 0)
    {
        Emit(0x40 | Extension(address, 0), 0x0F, 0x18);
        return Memory((Register)1, address, displacement);
    }

    /// <summary>Asks for lines from <paramref name="ahead"/> on, as many as the field of <paramref name="work"/> at <paramref name="count"/> says, and moves past them.</summary>
    public Assembler PrefetchLines(Register ahead, Register lines, Register work, int count)
    {
        const int line = 64;
        Read(lines, work, count);
        var next = Position;
        return Prefetch(ahead).Add(ahead, line).Repeat(lines, next);
    }

    /// <summary>dec counter, jnz target: back to an earlier <see cref="Position"/> until the counter is zero.</summary>
    public Assembler Repeat(Register counter, int target)
    {
        Emit(0x48 | Extension(counter, 0), 0xFF, 0xC8 | Low(counter), 0x0F, 0x85);
        return Immediate(target - (Position + sizeof(int)));
    }

    /// <summary>The same with a counter in memory.</summary>
    public Assembler Repeat(Register address, int displacement, int target)
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
    public Assembler Land(int jump)
    {
        var distance = Position - jump;
        for (var index = 0; index < sizeof(int); index++)
        {
            _code[jump - sizeof(int) + index] = (byte)(distance >> (8 * index));
        }

        return this;
    }

    /// <summary>ret.</summary>
    public Assembler Return() => Emit(0xC3);

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

    /// <summary>An instruction on the 32-bit parts of two vectors.</summary>
    private Assembler Bits(int result, int a, int b, int opcode)
    {
        Evex(result, a, b >> 3, b >> 4, Prefix.P66, Map.M0F, isBroadcast: false, opcode);
        return Emit(0xC0 | ((result & 7) << 3) | (b & 7));
    }

    /// <summary>A shift; the operation's own number stands where others name a register.</summary>
    private Assembler Shift(int operation, int result, int a, int bits)
    {
        Evex(operation, result, a >> 3, a >> 4, Prefix.P66, Map.M0F, isBroadcast: false, 0x72);
        return Emit(0xC0 | (operation << 3) | (a & 7), bits);
    }

    private Assembler VectorMemory(
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

    private Assembler Memory(Register register, Register address, int displacement)
    {
        Emit(0x80 | (Low(register) << 3) | Low(address));
        return Immediate(displacement);
    }

    private Assembler Rows(int tile, Register address, Register stride, int displacement)
    {
        Emit(0x84 | (tile << 3), (Low(stride) << 3) | Low(address));
        return Immediate(displacement);
    }

    private Assembler Immediate(int value) => Emit(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255);

    private Assembler Emit(params ReadOnlySpan<int> bytes)
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
