using System.Globalization;
using MarketingConsole.Core.Learning.Clusters;

namespace MarketingConsole.Tests.Benchmarks.Learning;

/// <summary>k-means (8 clusters, 10 starts, 100,000 rows) and DBSCAN (first 20,000 rows) beside scikit-learn on the standardised features.</summary>
public static class ClusterBenchmark
{
    private const string Script = """
        import numpy as np, pandas as pd
        from sklearn.cluster import KMeans, DBSCAN
        from sklearn.preprocessing import StandardScaler
        S=StandardScaler().fit_transform(pd.read_csv(D+'features.csv').drop(columns=['id','label']).to_numpy(float))
        t=time.perf_counter(); m=KMeans(8,n_init=10,random_state=0).fit(S); print('kmeans',time.perf_counter()-t); print('inertia',m.inertia_)
        ts=[]
        for _ in range(2): t=time.perf_counter(); d=DBSCAN(eps=2.0,min_samples=20,n_jobs=2).fit(S[:20000]); ts.append(time.perf_counter()-t)
        print('dbscan',min(ts))
        np.savetxt(D+'dbscan-labels.txt',d.labels_,fmt='%d')
        """;

    /// <param name="args">Folder of features.csv; without it data are made.</param>
    public static int Run(string[] args)
    {
        var folder = ShopData.Folder(args);
        var rows = ShopData.Standardised(ShopData.Features(folder));
        var inertia = 0.0;
        var kmeans = ScikitLearn.Fastest(2, () => inertia = KMeans.Fit(rows, 8, 10).Model.Inertia);
        int[] labels = [];
        var dbscan = ScikitLearn.Fastest(3, () => labels = Dbscan.Fit(rows[..20_000], 2.0, 20));
        var copy = Directory.CreateTempSubdirectory("learning-benchmark").FullName;
        File.CreateSymbolicLink(Path.Combine(copy, "features.csv"), Path.GetFullPath(Path.Combine(folder, "features.csv")));
        if (ScikitLearn.Run(Script, copy) is not { } theirs)
        {
            return 0;
        }

        var same = File.ReadLines(Path.Combine(copy, "dbscan-labels.txt")).Select(x => int.Parse(x, CultureInfo.InvariantCulture)).SequenceEqual(labels);
        ScikitLearn.Header();
        bool[] met =
        [
            ScikitLearn.Row("k-means: seconds", kmeans, theirs["kmeans"], "<= 1/4", kmeans <= theirs["kmeans"] / 4),
            ScikitLearn.Row("k-means: inertia", inertia, theirs["inertia"], "<= 1.002", inertia <= 1.002 * theirs["inertia"]),
            ScikitLearn.Row("DBSCAN: seconds (theirs with two jobs)", dbscan, theirs["dbscan"], "<= 1/20", dbscan <= theirs["dbscan"] / 20),
            ScikitLearn.Row($"DBSCAN: clusters; noise {labels.Count(x => x < 0) / 20_000.0:P1}", labels.Max() + 1, labels.Max() + 1, "identical", same),
        ];
        return met.All(x => x) ? 0 : 1;
    }
}
