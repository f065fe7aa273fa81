using Slerp.Engine.Drafting;
using Slerp.Engine.Drafting.TokenRecycling;
using Slerp.Engine.Drafting.TreeGrowth;
using Slerp.Engine.Tests.Doubles;
using Slerp.Tests.Shared;

namespace Slerp.Engine.Tests.Drafting;

public sealed class RecyclingMemoryTests
{
    private const int V = 64;

    [Theory]
    [InlineData(RecyclingScope.Conversation, false)]
    [InlineData(RecyclingScope.Tenant, true)]
    [InlineData(RecyclingScope.Process, true)]
    public void ConversationB_IsDraftedAsIfAHadNotBeen_UnlessTheScopeSaysOtherwise(RecyclingScope scope, bool mayDiffer)
    {
        using var harness = new DecodingHarness();
        var alone = CountsOfB(harness, scope, withA: false);
        var after = CountsOfB(harness, scope, withA: true);
        Assert.Equal(mayDiffer, alone != after);
    }

    [Fact]
    public void Tenants_DoNotShare()
    {
        using var harness = new DecodingHarness();
        Assert.Equal(CountsOfB(harness, RecyclingScope.Tenant, withA: false), CountsOfB(harness, RecyclingScope.Tenant, withA: true, tenantOfA: "other"));
    }

    [Fact]
    public void RequestThatGoesOn_StartsWithACopy_AndBranchesDoNotSeeEachOther()
    {
        var memory = new RecyclingMemory(V, RecyclingScope.Conversation);
        var first = memory.Open("t", [1, 2], out var known);
        Assert.Equal(0, known);
        first.Write(2, [3, 4]);
        memory.Keep("t", [1, 2, 3], first);

        var left = memory.Open("t", [1, 2, 3, 9], out known);
        Assert.Equal(3, known);
        Assert.Equal([3, 4], left.Successors(2).ToArray());
        var right = memory.Open("t", [1, 2, 3, 8], out known);
        Assert.Equal(3, known);
        left.Write(2, [50]);
        memory.Keep("t", [1, 2, 3, 9, 10], left);

        Assert.Equal([3, 4], right.Successors(2).ToArray());
        Assert.Equal([50], memory.Open("t", [1, 2, 3, 9, 10, 11], out known).Successors(2).ToArray());
        Assert.Equal(5, known);
    }

    [Fact]
    public void Conversation_KeepsOneTable_HoweverManyTurnsItHas()
    {
        var memory = new RecyclingMemory(V, RecyclingScope.Conversation);
        int[] tokens = [1, 2, 3];
        for (var turn = 0; turn < 20; turn++)
        {
            var table = memory.Open("t", tokens, out var known);
            Assert.Equal(turn == 0 ? 0 : tokens.Length - 1, known);
            table.Write(turn, [turn + 1]);
            memory.Keep("t", tokens, table);
            tokens = [.. tokens, turn];
        }

        Assert.InRange(memory.KeptBytes, 1, sizeof(int) * ((V * RecyclingSource.Width) + tokens.Length));
        Assert.Equal([1], memory.Open("t", tokens, out _).Successors(0).ToArray());
    }

    [Fact]
    public void OneTenantsVolume_LeavesAnothersTable()
    {
        var memory = new RecyclingMemory(V, RecyclingScope.Conversation);
        memory.Keep("quiet", [1, 2, 3], memory.Open("quiet", [1, 2], out _));
        for (var index = 0; index < 1000; index++)
        {
            memory.Keep("loud", [60, index], memory.Open("loud", [60], out _));
        }

        memory.Open("quiet", [1, 2, 3, 4], out var known);
        Assert.Equal(3, known);
        for (var tenant = 0; tenant < 300; tenant++)
        {
            memory.Keep($"other {tenant}", [1, 2, 3], memory.Open("other", [1, 2], out _));
        }

        Assert.InRange(memory.KeptBytes, 1, 256 * sizeof(int) * (V * (RecyclingSource.Width + 1)));
    }

    [Fact]
    public void TablesThatGrowAfterTheyWereAdded_StayWithinTheLimit()
    {
        const int Large = 128 << 10;
        var memory = new RecyclingMemory(Large, RecyclingScope.Tenant);
        for (var tenant = 0; tenant < 20; tenant++)
        {
            var table = memory.Open($"t{tenant}", [], out _);
            for (var token = 0; token < Large; token++)
            {
                table.Write(token, [1, 2, 3]);
            }
        }

        Assert.Same(memory.Open("t19", [], out _), memory.Open("t19", [], out _));
        Assert.InRange(memory.KeptBytes, 1, 64 << 20);
    }

    [Fact]
    public void TokensOfLongConversations_CountAsWell()
    {
        var memory = new RecyclingMemory(V, RecyclingScope.Conversation);
        for (var index = 0; index < 20; index++)
        {
            memory.Keep("t", [index, .. new int[1 << 20]], memory.Open("t", [index], out _));
        }

        Assert.InRange(memory.KeptBytes, 1, 64 << 20);
    }

    [Fact]
    public void RowsWithoutIds_AreOfNoConversationThatTokensTell()
    {
        var memory = new RecyclingMemory(V, RecyclingScope.Conversation);
        foreach (var rowsWithoutIds in (int[])[4, 0])
        {
            var context = new TextContext(0, 1, 2, 3) { HasEnded = true, RowsWithoutIds = rowsWithoutIds };
            using (new RecyclingSource(context, memory))
            {
                Assert.Equal(0, memory.KeptBytes);
            }

            Assert.Equal(rowsWithoutIds == 0, memory.KeptBytes > 0);
        }
    }

    [Fact]
    public void OtherTenantOrOtherBeginning_StartsWithNothing()
    {
        var memory = new RecyclingMemory(V, RecyclingScope.Conversation);
        var table = memory.Open("t", [1, 2], out _);
        table.Write(2, [3]);
        memory.Keep("t", [1, 2, 3], table);
        foreach (var (tenant, tokens) in new (string, int[])[] { ("u", [1, 2, 3, 4]), ("t", [1, 2]), ("t", [1, 2, 4]), ("t", [0, 1, 2, 3]) })
        {
            Assert.True(memory.Open(tenant, tokens, out var known).Successors(2).IsEmpty);
            Assert.Equal(0, known);
        }
    }

    [Fact]
    public void Kept_IsBounded_TheLeastLatelyUsedGoesFirst()
    {
        var memory = new RecyclingMemory(V, RecyclingScope.Conversation);
        for (var index = 0; index < 100; index++)
        {
            memory.Keep("t", [60, index % V, index], memory.Open("t", [60], out _));
            memory.Open("t", [60, 0, 0, 1], out var known);
            Assert.Equal(3, known);
        }

        memory.Open("t", [60, 1, 1, 1], out var forgotten);
        Assert.Equal(0, forgotten);
        Assert.InRange(memory.KeptBytes, 1, 32 * sizeof(int) * V * RecyclingSource.Width);
    }

    [Fact]
    public void Overlay_TakesAtMostFourBytesForEachEntryOfAWholeTable()
    {
        var table = new SuccessorTable(4096, RecyclingSource.Width);
        for (var token = 0; token < 4096; token++)
        {
            table.Write(token, [1, 2, 3, 4, 5, 6, 7, 8]);
            table.Promote(token, token);
            Assert.True(table.Bytes <= sizeof(int) * 4096L * RecyclingSource.Width);
        }

        Assert.Equal(4096 * 7 / 8, table.RowCount);
        Assert.True(table.Successors(4095).IsEmpty);
        table.Write(0, [9]);
        Assert.Equal([9], table.Successors(0).ToArray());
    }

    [Fact]
    public void WarmTable_IsReadByAllAndWrittenByNone()
    {
        var warm = new SuccessorTable(V, RecyclingSource.Width);
        warm.Write(1, [2, 3]);
        var memory = new RecyclingMemory(V, RecyclingScope.Conversation) { Warm = warm };
        var (a, b) = (memory.Open("t", [1], out _), memory.Open("t", [1], out _));
        a.Write(1, [9]);
        a.Promote(5, 6);
        Assert.Equal([9], a.Successors(1).ToArray());
        Assert.Equal([2, 3], b.Successors(1).ToArray());
        Assert.Equal([2, 3], a.Fork().Successors(4).IsEmpty ? b.Fork().Successors(1).ToArray() : []);
        Assert.Equal(1, warm.RowCount);
    }

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(3, -1)]
    [InlineData(V, 3)]
    [InlineData(3, V)]
    public void WhatIsNoId_IsNotLearned(int token, int successor)
    {
        var table = new SuccessorTable(V, RecyclingSource.Width);
        table.Promote(token, successor);
        Assert.Equal(0, table.RowCount);
    }

    private static (int, int, int) CountsOfB(DecodingHarness harness, RecyclingScope scope, bool withA, string tenantOfA = "t")
    {
        var memory = new RecyclingMemory(ToyCheckpoint.VocabularySize, scope);
        using var drafter = new TreeDrafter("test", new StepPrices(new CostCurve([1, 640], [1, 1])), 24, context => [new RecyclingSource(context, memory)]);
        int[] promptOfB = [97, 98, 99, 97];
        if (withA)
        {
            harness.Run(harness.Create([97, 98, 99, 97, 100], drafter, tokens: 100, tenant: tenantOfA));
            harness.Run(harness.Create(promptOfB, drafter, tokens: 100, tenant: tenantOfA));
        }

        var b = harness.Create(promptOfB, drafter, tokens: 60, tenant: "t");
        harness.Run(b);
        return (b.Drafting.Ledger.Rounds, b.Drafting.Ledger.Proposed, b.Drafting.Ledger.Accepted);
    }
}
