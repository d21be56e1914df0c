//! Names of phones: whose they are, and which ones somebody's are.

use sip::names::Names;

#[test]
fn a_name_with_a_tenant_is_that_tenants_user_and_nobody_elses() {
    for home in ["", "out_a", "out_b"] {
        let names = Names::new(home);
        assert_eq!(
            names.whose("usr_mori.out_b"),
            ("usr_mori", "out_b"),
            "{home}"
        );
        let others = names.of("out_a", "usr_mori");
        assert!(!others.contains(&"usr_mori.out_b".to_owned()), "{home}");
    }
}

#[test]
fn a_name_without_a_tenant_is_a_user_of_the_home_tenant_alone() {
    let names = Names::new("out_a");
    assert_eq!(names.whose("usr_mori"), ("usr_mori", "out_a"));
    assert_eq!(
        names.of("out_a", "usr_mori"),
        ["usr_mori.out_a", "usr_mori"]
    );
    assert_eq!(names.of("out_b", "usr_mori"), ["usr_mori.out_b"]);
}

#[test]
fn without_a_home_tenant_nobody_has_to_name_one() {
    let names = Names::default();
    assert_eq!(names.whose("usr_mori"), ("usr_mori", ""));
    assert_eq!(
        names.of("out_a", "usr_mori"),
        ["usr_mori.out_a", "usr_mori"]
    );
    assert_eq!(names.of("", "usr_mori"), ["usr_mori"]);
}

#[test]
fn half_a_name_names_no_tenant() {
    for name in [".out_a", "usr_mori.", "."] {
        assert_eq!(Names::default().whose(name), (name, ""));
    }
}
