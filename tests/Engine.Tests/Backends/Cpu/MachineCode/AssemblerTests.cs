using Slerp.Engine.Backends.Cpu.Kernels.MachineCode;

namespace Slerp.Engine.Tests.Backends.Cpu.MachineCode;

/// <summary>The encodings, against what a disassembler reads; these need no such processor.</summary>
public sealed class AssemblerTests
{
    public static TheoryData<string, string> Instructions => new()
    {
        { "ldtilecfg [rdi+0x0]", "C4E27849 8700000000" },
        { "tilerelease", "C4E27849 C0" },
        { "tilezero tmm3", "C4E27B49 D8" },
        { "tileloadd tmm6,[rdx+r11*1+0x0]", "C4A27B4B B41A00000000" },
        { "tileloadd tmm5,[r9+r10*1+0x40]", "C4827B4B AC1140000000" },
        { "tilestored [r8+r11*1+0x400],tmm1", "C4827A4B 8C1800040000" },
        { "tdpbsud tmm0,tmm6,tmm4", "C4E25A5E C6" },
        { "tdpbssd tmm1,tmm7,tmm5", "C4E2535E CF" },
        { "tdpbf16ps tmm3,tmm7,tmm5", "C4E2525C DF" },
        { "vmovups zmm16,[rcx-0x240]", "62E17C48 1081C0FDFFFF" },
        { "vmovups [r8+0x0],zmm15", "62517C48 11B800000000" },
        { "vcvtdq2ps zmm17,[r8+0x3c0]", "62C17C48 5B88C0030000" },
        { "vpbroadcastd zmm23,[r9+0x12345]", "62C27D48 58B945230100" },
        { "vpdpbusd zmm20,zmm25,[rsi+0x12345]{1to16}", "62E23550 50A645230100" },
        { "vcvtdq2ps zmm27,zmm20", "62217C48 5BDC" },
        { "vmulps zmm18,zmm16,[rdx+0x3c]{1to16}", "62E17C50 59923C000000" },
        { "vfmadd231ps zmm15,zmm17,zmm18", "62327540 B8FA" },
        { "vpmovzxbd zmm16,[rax+0x0]", "62E27D48 318000000000" },
        { "vpslld zmm16,zmm16,18", "62B17D40 72F012" },
        { "vpsrld zmm25,zmm30,4", "62913540 72D604" },
        { "vpandd zmm24,zmm30,zmm31", "62010D40 DBC7" },
        { "vpord zmm26,zmm26,zmm28", "62012D40 EBD4" },
        { "vpaddd zmm16,zmm16,zmm19", "62A17D40 FEC3" },
        { "vzeroupper", "C5F877" },
        { "mov r10,[rdi+0x20]", "4C8B97 20000000" },
        { "mov r11,64", "49C7C3 40000000" },
        { "add r9,0x200", "4981C1 00020000" },
        { "add r8,rax", "4901C0" },
        { "add [rdi+0x60],16", "488187 60000000 10000000" },
        { "xor r8,0x400", "4981F0 00040000" },
        { "prefetcht0 [r9+0x0]", "410F1889 00000000" },
        { "dec rax; jnz -13", "48FFC8 0F85 F7FFFFFF" },
        { "ret", "C3" },
    };

    [Theory]
    [MemberData(nameof(Instructions))]
    public void Instruction_IsEncodedAsTheManualSays(string instruction, string bytes)
    {
        var code = new Assembler();
        _ = instruction.Split(' ')[0] switch
        {
            "ldtilecfg" => code.LoadConfiguration(Register.Rdi),
            "tilerelease" => code.ReleaseTiles(),
            "tilezero" => code.Zero(3),
            "tileloadd" => instruction.Contains("tmm6", StringComparison.Ordinal)
                ? code.Load(6, Register.Rdx, Register.R11)
                : code.Load(5, Register.R9, Register.R10, 64),
            "tilestored" => code.Store(1, Register.R8, Register.R11, 1024),
            "tdpbsud" => code.DotBytes(0, 6, 4),
            "tdpbssd" => code.DotSignedBytes(1, 7, 5),
            "tdpbf16ps" => code.DotHalves(3, 7, 5),
            "vmovups" => instruction.Contains("[rcx", StringComparison.Ordinal)
                ? code.LoadVector(16, Register.Rcx, -576)
                : code.StoreVector(15, Register.R8, 0),
            "vpbroadcastd" => code.BroadcastInteger(23, Register.R9, 0x12345),
            "vpdpbusd" => code.DotBytes(20, 25, Register.Rsi, 0x12345),
            "vcvtdq2ps" when !instruction.Contains('[', StringComparison.Ordinal) => code.ConvertIntegers(27, 20),
            "vcvtdq2ps" => code.LoadIntegers(17, Register.R8, 960),
            "vmulps" => code.Scale(18, 16, Register.Rdx, 60),
            "vfmadd231ps" => code.MultiplyAdd(15, 17, 18),
            "vpmovzxbd" => code.WidenBytes(16, Register.Rax, 0),
            "vpslld" => code.ShiftLeft(16, 16, 18),
            "vpsrld" => code.ShiftRight(25, 30, 4),
            "vpandd" => code.And(24, 30, 31),
            "vpord" => code.Or(26, 26, 28),
            "vpaddd" => code.AddIntegers(16, 16, 19),
            "vzeroupper" => code.EndVectors(),
            "mov" => instruction.Contains('[', StringComparison.Ordinal)
                ? code.Read(Register.R10, Register.Rdi, 32)
                : code.Set(Register.R11, 64),
            "add" when instruction.Contains('[', StringComparison.Ordinal) => code.Add(Register.Rdi, 96, 16),
            "add" => instruction.Contains("rax", StringComparison.Ordinal) ? code.Add(Register.R8, Register.Rax) : code.Add(Register.R9, 512),
            "xor" => code.Flip(Register.R8, 1024),
            "prefetcht0" => code.Prefetch(Register.R9),
            "dec" => code.Repeat(Register.Rax, 0),
            _ => code.Return(),
        };
        Assert.Equal(bytes.Replace(" ", string.Empty, StringComparison.Ordinal), Convert.ToHexString(code.ToArray()));
    }

    [Fact]
    public void LeaveAtZero_ArrivesWhereItLands()
    {
        var code = new Assembler();
        var leave = code.LeaveAtZero(Register.Rdi, 48);
        code.Return().Land(leave).EndVectors();
        Assert.Equal("48FF8F300000000F8401000000C3C5F877", Convert.ToHexString(code.ToArray()));
    }
}
