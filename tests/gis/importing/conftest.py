from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a text file below the test's folder and gives its path."""

    def make(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def flat(write: Callable[[str, str], Path]) -> Path:
    """A small flat network: grid - breaker - substation - breaker - fuse - transformer - two loads; one island."""
    write(
        "net/buses.csv",
        "bus,lon,lat\n"
        "hv,-84.30,30.40\nhv2,-84.30,30.401\nmv,-84.30,30.402\nout,-84.30,30.403\nlat,-84.299,30.404\n"
        "tap,-84.298,30.404\nlv,-84.298,30.4041\nh1,-84.2981,30.4042\nh2,,\ntie,-84.29,30.41\n"
        "i1,-84.28,30.42\ni2,-84.281,30.42\n",
    )
    write(
        "net/edges.csv",
        "class,kind,name,bus1,bus2,phases_nodes,length_km,is_switch,enabled,linecode_or_rating\n"
        "line,breaker,breaker(top),hv,hv2,1.2.3,0.001,y,y,breaker_3_3\n"
        "transformer,tr,sub,hv2,mv,,,n,y,22400.0kVA 69.0/12.47\n"
        "line,sb,head,mv,out,1.2.3,0.001,y,y,BREAKER_13KV_3_3\n"
        "line,l,trunk,out,lat,1.2.3,0.1,n,y,code\n"
        "line,fuse,fuse(lat-tap),lat,tap,1,0.001,n,y,fuse_1_1\n"
        "transformer,tr,tr(tap),tap,lv,1,,n,y,50.0kVA 7.2/0.12/0.12\n"
        "line,l,s1,lv,h1,1.2,0.02,n,y,code\n"
        "line,l,s2,lv,h2,1.2,0.03,n,y,code\n"
        "line,padswitch,tie1,out,tie,1.2.3,0.001,y,n,padswitch_3_3\n"
        "line,l,il,i1,i2,1,0.1,n,y,code\n",
    )
    return write("net/loads.csv", "load,bus,n_phases\nload_h1,h1,2\nload_h2,h2,3\nload_i,i2,2\n").parent


@pytest.fixture
def dss(write: Callable[[str, str], Path]) -> Path:
    """The same network as `flat`, said in OpenDSS with most of its ways to say things."""
    write(
        "dss/Master.dss",
        "Clear\n! the source\nNew Circuit.small bus1=hv pu=1.0\n~ basekV=69.0\n\n"
        "/* a block\nNew Line.never bus1=a bus2=b\n*/\n"
        "Redirect parts\\LINES.dss   // in another case\nRedirect Transformers.dss\nRedirect Loads.dss\n"
        "BatchEdit Line..* units=km\nSet Voltagebases=[69, 12.47]\nCalcvoltagebases\n"
        "Buscoords Coords.csv\nSolve\n",
    )
    write(
        "dss/parts/Lines.dss",
        "New Line.breaker(top) bus1=hv.1.2.3 bus2=hv2.1.2.3 switch=y length=0.001 units=km\n"
        "New Line.head mv out Linecode=BREAKER_13KV_3_3 Switch=y enabled=y length=1 units=m\n"
        "New Line.trunk bus1=out, bus2=lat, length=0.1, units=km linecode=code\n"
        'New "Line.lateral" bus1=lat.1 bus2=tap.1 length=(1 2 + 3 /) units=m phases=1\n'
        "New Fuse.f1 Line.lateral 1 fusecurve=tlink Ratedcurrent=10\n"
        "New Line.s1 bus1=lv.1.2 bus2=h1.1.2 length=20 units=m\n"
        "New Line.s2 bus1=lv.1.2 bus2=h2.1.2 length=65.6167979 units=ft\n"
        "New Line.tie1 bus1=out bus2=tie switch=y length=1 units=m\n"
        "New Line.il bus1=i1.1 bus2=i2.1 length=100 units=m\n"
        "Open Line.tie1 1\nNew Linecode.code nphases=3\nNew Capacitor.c1 Bus1=tap.1 kvar=10\n",
    )
    write(
        "dss/Transformers.dss",
        "New Transformer.sub phases=3 windings=2 wdg=1 bus=hv2 kv=69 wdg=2 bus=mv kv=12.47\n"
        "New XfmrCode.CT5 phases=1 windings=3 kvs=[7.2 0.12 0.12]\n"
        "New Transformer.t1 XfmrCode=CT5 buses=[tap.1 lv.1.0 lv.0.2]\n",
    )
    write(
        "dss/Loads.dss",
        "New Load.load_h1 phases=2 Bus1=h1.1.2 kW=3\nNew Load.load_h2 phases=3 bus1=h2.1.2\n"
        "New Load.load_i bus1=i2.1 phases=1\nNew Load.gone bus1=i2 enabled=no\n",
    )
    write(
        "dss/Coords.csv",
        "// bus, x, y\nhv, -84.30, 30.40\nhv2 -84.30 30.401\nmv,-84.30,30.402\nout,-84.30,30.403\n"
        "lat,-84.299,30.404\ntap,-84.298,30.404\nlv,-84.298,30.4041\nh1,-84.2981,30.4042\n"
        "tie,-84.29,30.41\ni1,-84.28,30.42\ni2,-84.281,30.42\nnobody,1,2\n",
    )
    return write("dss/.keep", "").parent
