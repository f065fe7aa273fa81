using FsCheck.Fluent;
using Slerp.Engine.Tokenizers.Merging;

namespace Slerp.Engine.Tests.Tokenizers;

public sealed class BytePairEncoderTests
{
    /// <summary>Short runs are joined by scanning, long ones by a queue; both must do what the definition says.</summary>
    [Fact]
    public void Join_AnyRules_EqualsTheDefinition()
    {
        const int Letters = 3, Tokens = 9;
        var rule = Gen.Choose(0, Tokens - 1).Two().Zip(Gen.Choose(0, 5));
        var problem = rule.ArrayOf(12).Zip(Gen.Choose(0, Letters - 1).ArrayOf(120).Zip(Gen.Choose(0, 120))).ToArbitrary();
        Prop.ForAll(problem, value =>
        {
            var table = new MergeTable(0);
            var rules = new Dictionary<(int, int), (int Rank, int Result)>();
            for (var i = 0; i < value.Item1.Length; i++)
            {
                var ((left, right), rank) = value.Item1[i];
                var result = Letters + (i % (Tokens - Letters));
                table.Add(left, right, rank, result);
                rules[(left, right)] = (rank, result);
            }

            var symbols = value.Item2.Item1[..value.Item2.Item2];
            var run = new SymbolRun();
            foreach (var symbol in symbols)
            {
                run.Add(symbol, 1);
            }

            run.Join(table);
            var (ids, lengths) = Define(symbols, rules);
            return run.Ids.SequenceEqual(ids) && run.Lengths.SequenceEqual(lengths);
        }).Holds(3000);
    }

    private static (int[] Ids, int[] Lengths) Define(int[] symbols, Dictionary<(int, int), (int Rank, int Result)> rules)
    {
        var run = symbols.Select(symbol => (Id: symbol, Length: 1)).ToList();
        while (true)
        {
            var best = -1;
            for (var i = 0; i + 1 < run.Count; i++)
            {
                if (rules.TryGetValue((run[i].Id, run[i + 1].Id), out var candidate)
                    && (best < 0 || candidate.Rank < rules[(run[best].Id, run[best + 1].Id)].Rank))
                {
                    best = i;
                }
            }

            if (best < 0)
            {
                return ([.. run.Select(symbol => symbol.Id)], [.. run.Select(symbol => symbol.Length)]);
            }

            run[best] = (rules[(run[best].Id, run[best + 1].Id)].Result, run[best].Length + run[best + 1].Length);
            run.RemoveAt(best + 1);
        }
    }
}
